using LLMBlender.Inference.Models;

namespace LLMBlender.Local.Comparing;

/// <summary>A ranker that is a model in this process.</summary>
public interface IModelRanker : IPairRanker
{
    /// <summary>The model's manifest.</summary>
    ModelManifest Manifest { get; }

    /// <summary>A hash of everything besides the texts that a logit depends on.</summary>
    string Version { get; }
}
