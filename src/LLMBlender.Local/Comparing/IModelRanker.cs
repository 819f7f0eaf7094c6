using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Models;

namespace LLMBlender.Local.Comparing;

/// <summary>A ranker that is a model in this process.</summary>
public interface IModelRanker : IPairRanker
{
    /// <summary>The model's manifest.</summary>
    ModelManifest Manifest { get; }

    /// <summary>A hash of everything besides the texts that a logit depends on.</summary>
    string Version { get; }

    /// <summary>Computes before the first request, so that none waits for what a device prepares, and chooses the size of a GPU's batches.</summary>
    /// <param name="cancellationToken">Checked before each batch.</param>
    WarmUpReport WarmUp(CancellationToken cancellationToken = default);
}
