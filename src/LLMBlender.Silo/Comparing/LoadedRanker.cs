using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Sessions;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Comparing;

/// <summary>A ranker loaded on one accelerator.</summary>
/// <param name="Identity">The ranker's name and version.</param>
/// <param name="Ranker">The ranker.</param>
/// <param name="CallTokens">Maximum number of tokens in a call, however fast the ranker is; see <see cref="CallSpeed"/>.</param>
internal sealed record LoadedRanker(RankerIdentity Identity, IPairRanker Ranker, int CallTokens)
{
    /// <summary>The warm-up that preceded the first request; null for a ranker that is not a model.</summary>
    public WarmUpReport? WarmUp { get; private init; }

    // Enough for batches of similar lengths; see BatchPlan.
    private const int CpuCallTokens = 32 * 2048;
    private const int GpuCallBatches = 8;

    /// <summary>Warms a model up and creates a loaded ranker from it.</summary>
    /// <param name="name">The name that requests use.</param>
    /// <param name="ranker">The model; disposed with the result's ranker.</param>
    /// <param name="accelerator">The device of the model.</param>
    /// <param name="cancellationToken">Ends the warm-up.</param>
    public static LoadedRanker Create(string name, IModelRanker ranker, Accelerator accelerator, CancellationToken cancellationToken = default)
    {
        var report = ranker.WarmUp(cancellationToken);
        return new LoadedRanker(
            new RankerIdentity(name, ranker.Version) { Info = ModelRankers.Describe(name, ranker) },
            ranker,
            accelerator.CudaDevice is null ? CpuCallTokens : GpuCallBatches * report.BatchTokens)
        { WarmUp = report };
    }
}
