using LLMBlender.Abstractions;
using LLMBlender.Inference;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Local.Comparing;

/// <summary>Loads rankers by the kind in their manifest.</summary>
public static class ModelRankers
{
    private static readonly string[] ScoringKinds = [ModelKind.Classifier, ModelKind.SummaReranker];

    /// <summary>Describes a ranker in results; null if it is not a model of a folder.</summary>
    /// <param name="name">The name that requests use.</param>
    /// <param name="ranker">The ranker.</param>
    public static RankerInfo? Describe(string name, IPairRanker ranker) => ranker is not IModelRanker { Manifest: var manifest }
        ? null
        : new RankerInfo(name, manifest.Kind == ModelKind.Classifier ? RankerInfo.RewardModel : manifest.Kind)
        {
            Temperature = manifest.Calibration?.Temperature,
            Demonstration = manifest.Demonstration,
            ConsensusWeight = manifest.ConsensusWeight,
        };

    /// <summary>Loads a model folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">Device, threads and limits; a limit of a pair's texts applies only to a PairRanker.</param>
    /// <exception cref="ModelException">The model can't be loaded, or its kind is not a ranker.</exception>
    /// <exception cref="ArgumentException">An option is out of range, or does not apply to this kind.</exception>
    public static IModelRanker Load(string folder, PairRankerOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return Loading.Guard<IModelRanker>(folder, () =>
        {
            var kind = ModelManifest.Read(folder).Kind;
            return kind == ModelKind.PairRanker ? ModelPairRanker.Load(folder, options)
                : ScoringKinds.Contains(kind) ? ScoringRanker.Load(folder, options)
                : throw new ModelException(
                    folder, $"is of kind {kind}, and these rank: {ModelKind.PairRanker}, {string.Join(", ", ScoringKinds)} (models import --as chooses the kind)");
        });
    }
}
