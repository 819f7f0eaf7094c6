using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Comparing;

/// <summary>A ranker that is loaded on one accelerator.</summary>
/// <param name="Identity">Which ranker it is.</param>
/// <param name="Ranker">Compares.</param>
/// <param name="CallTokens">Tokens that one call should be given at most, so that the next request does not wait long.</param>
internal sealed record LoadedRanker(RankerIdentity Identity, IPairRanker Ranker, int CallTokens)
{
    // Enough for packing by length (see BatchPlan), and not so much that the next request waits long: about half a second's work.
    private const int CpuCallTokens = 32 * 2048;
    private const int GpuCallTokens = 8 * 16384;

    /// <summary>A model as a loaded ranker.</summary>
    /// <param name="name">What requests call it.</param>
    /// <param name="model">The model, which is disposed with the ranker.</param>
    /// <param name="options">How it was loaded.</param>
    public static LoadedRanker Create(string name, PairRankerModel model, PairRankerOptions options) => new(
        new RankerIdentity(name, RankerIdentity.VersionOf(model.Manifest, options)),
        new ModelPairRanker(model),
        options.Accelerator.CudaDevice is null ? CpuCallTokens : GpuCallTokens);
}
