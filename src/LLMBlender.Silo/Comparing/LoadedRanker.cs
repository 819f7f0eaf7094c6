using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Comparing;

/// <summary>A ranker loaded on one accelerator.</summary>
/// <param name="Identity">The ranker's name and version.</param>
/// <param name="Ranker">The ranker.</param>
/// <param name="CallTokens">Maximum number of tokens in a call, which limits the wait of the next request.</param>
internal sealed record LoadedRanker(RankerIdentity Identity, IPairRanker Ranker, int CallTokens)
{
    // Enough for batches of similar lengths (see BatchPlan), and few enough for a short wait of the next request: about 0.5 s of work.
    private const int CpuCallTokens = 32 * 2048;
    private const int GpuCallTokens = 8 * 16384;

    /// <summary>Creates a loaded ranker from a model.</summary>
    /// <param name="name">The name that requests use.</param>
    /// <param name="model">The model; disposed with the ranker.</param>
    /// <param name="options">The options that the model was loaded with.</param>
    public static LoadedRanker Create(string name, PairRankerModel model, PairRankerOptions options) => new(
        new RankerIdentity(name, RankerIdentity.VersionOf(model.Manifest, options)),
        new ModelPairRanker(model),
        options.Accelerator.CudaDevice is null ? CpuCallTokens : GpuCallTokens);
}
