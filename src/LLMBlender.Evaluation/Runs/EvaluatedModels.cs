using LLMBlender.Core.Fusion;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Evaluation.Runs;

/// <summary>The models that an evaluation blends with.</summary>
/// <param name="Ranker">The ranker.</param>
/// <param name="Fuser">The fuser.</param>
public sealed record EvaluatedModels(IModelRanker Ranker, IFuser Fuser) : IDisposable
{
    /// <summary>Whether the fuser generates text.</summary>
    internal bool Writes => Fuser is not SelectFuser;

    /// <inheritdoc/>
    public void Dispose()
    {
        Ranker.Dispose();
        (Fuser as IDisposable)?.Dispose();
    }
}
