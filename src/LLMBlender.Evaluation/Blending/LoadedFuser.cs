using LLMBlender.Core.Fusion;
using LLMBlender.Inference.GenFuser;
using LLMBlender.Local.Fusion;

namespace LLMBlender.Evaluation.Blending;

/// <summary>A fuser and the model behind it, if there is one.</summary>
/// <param name="Fuser">The fuser.</param>
/// <param name="Model">Its model, which is disposed of with it.</param>
public sealed record LoadedFuser(IFuser Fuser, GenFuserModel? Model) : IDisposable
{
    /// <summary>Whether it writes answers of its own.</summary>
    public bool Writes => Fuser is not SelectFuser;

    /// <summary>How it is shown: name, and the precision of a model.</summary>
    public string Title => Model is null ? Fuser.Name : $"{Fuser.Name}, {Model.Manifest.Precision}";

    /// <summary>What a model reads for a request; null for a fuser without one.</summary>
    /// <exception cref="ArgumentException">It has no room for the candidates.</exception>
    public FuserSource? Source(FusionRequest request) => (Fuser as ModelFuser)?.Compose(request);

    /// <inheritdoc/>
    public void Dispose() => Model?.Dispose();
}
