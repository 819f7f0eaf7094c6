using LLMBlender.Cli.Models;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Sessions;

namespace LLMBlender.Cli.Evaluation;

/// <summary>What metrics and rankers are made with.</summary>
/// <param name="Terminal">Standard streams and environment.</param>
/// <param name="Accelerator">What computes.</param>
/// <param name="Seed">Fixes whatever is drawn.</param>
/// <param name="Config">The configuration that backends are in; null for none.</param>
internal sealed record EvaluationSetup(Terminal Terminal, Accelerator Accelerator, ulong Seed, string? Config = null)
{
    private readonly List<string> models = [];

    /// <summary>Where models are looked for.</summary>
    public ModelSearch Models { get; } = new(Terminal);

    /// <summary>The models that were taken, each with its hash.</summary>
    public IReadOnlyList<string> Taken => models;

    /// <summary>Finds a model, and remembers which it was.</summary>
    /// <exception cref="LLMBlender.Inference.ModelException">There is none.</exception>
    public string Take(string name)
    {
        var folder = Models.FindModel(name);
        var manifest = ModelManifest.Read(folder);
        models.Add($"{manifest.Id} {manifest.Precision} {manifest.TensorHash}");
        return folder;
    }

    /// <summary>Remembers a model that is asked elsewhere.</summary>
    /// <param name="identity">What its answers depend on.</param>
    public void Remember(string identity) => models.Add(identity);
}
