using LLMBlender.Inference.Models;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Backends;

namespace LLMBlender.Evaluation.Models;

/// <summary>What metrics and rankers are made with.</summary>
/// <param name="FindModel">The folder of a model by its name.</param>
/// <param name="Accelerator">What computes.</param>
/// <param name="Seed">Fixes whatever is drawn.</param>
/// <param name="Config">The configuration that backends are in, and where its recorded panels come from; null for none.</param>
public sealed record EvaluationSetup(
    Func<string, string> FindModel, Accelerator Accelerator, ulong Seed, (string File, PanelSources Sources)? Config = null)
{
    private readonly List<string> models = [];

    /// <summary>The models that were taken, each with its hash.</summary>
    public IReadOnlyList<string> Taken => models;

    /// <summary>Finds a model, and remembers which it was.</summary>
    /// <exception cref="LLMBlender.Inference.ModelException">There is none.</exception>
    public string Take(string name)
    {
        var folder = FindModel(name);
        var manifest = ModelManifest.Read(folder);
        models.Add($"{manifest.Id} {manifest.Precision} {manifest.TensorHash}");
        return folder;
    }

    /// <summary>Remembers a model that is asked elsewhere.</summary>
    /// <param name="identity">What its answers depend on.</param>
    public void Remember(string identity) => models.Add(identity);
}
