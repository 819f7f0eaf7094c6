using LLMBlender.Inference.Models;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Panels;

namespace LLMBlender.Evaluation.Models;

/// <summary>The services that metrics and rankers are created with.</summary>
/// <param name="FindModel">Finds a model's folder by its name.</param>
/// <param name="Accelerator">The accelerator.</param>
/// <param name="Seed">The seed of random sampling.</param>
/// <param name="Config">The configuration file with the backends, and the sources of its recorded panels; null for none.</param>
public sealed record EvaluationSetup(
    Func<string, string> FindModel, Accelerator Accelerator, ulong Seed, (string File, PanelSources Sources)? Config = null)
{
    private readonly List<string> models = [];

    /// <summary>The models used, each with its hash.</summary>
    public IReadOnlyList<string> Taken => models;

    /// <summary>Finds a model and adds it to <see cref="Taken"/>.</summary>
    /// <exception cref="LLMBlender.Inference.ModelException">The model doesn't exist.</exception>
    public string Take(string name)
    {
        var folder = FindModel(name);
        var manifest = ModelManifest.Read(folder);
        models.Add($"{manifest.Id} {manifest.Precision} {manifest.TensorHash}");
        return folder;
    }

    /// <summary>Adds the identity of a remote model to <see cref="Taken"/>.</summary>
    /// <param name="identity">The settings that its answers depend on.</param>
    public void Remember(string identity) => models.Add(identity);
}
