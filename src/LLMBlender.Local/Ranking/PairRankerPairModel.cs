using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Local.Ranking;

/// <summary>See <see cref="IPairModel"/>: a <see cref="PairRankerModel"/> on one accelerator.</summary>
public sealed class PairRankerPairModel : IPairModel
{
    // Enough for packing by length (see BatchPlan), and not so much that the next request waits long: about half a second's work.
    private const int CpuCallTokens = 32 * 2048;
    private const int GpuCallTokens = 8 * 16384;

    private readonly PairRankerModel model;
    private Comparison[] comparisons = new Comparison[256];

    /// <param name="name">What requests call the ranker.</param>
    /// <param name="model">The model, which is disposed with this.</param>
    /// <param name="options">How it was loaded.</param>
    public PairRankerPairModel(string name, PairRankerModel model, PairRankerOptions options)
    {
        this.model = model;
        Ranker = new RankerIdentity(name, RankerIdentity.VersionOf(model.Manifest, options));
        CallTokens = options.Accelerator.CudaDevice is null ? CpuCallTokens : GpuCallTokens;
    }

    /// <inheritdoc/>
    public RankerIdentity Ranker { get; }

    /// <inheritdoc/>
    public int CallTokens { get; }

    /// <inheritdoc/>
    public IPairRecord Encode(string source, IReadOnlyList<string> candidates) => new Encoded(model.Encode(source, candidates));

    /// <inheritdoc/>
    public long Compare(ReadOnlySpan<RecordPair> pairs, Span<float> logits)
    {
        if (comparisons.Length < pairs.Length)
        {
            comparisons = new Comparison[pairs.Length];
        }

        for (var i = 0; i < pairs.Length; i++)
        {
            comparisons[i] = new Comparison(((Encoded)pairs[i].Record).Record, pairs[i].First, pairs[i].Second);
        }

        var computed = model.CompareCounting(comparisons.AsSpan(0, pairs.Length), logits);
        comparisons.AsSpan(0, pairs.Length).Clear();
        return computed;
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private sealed class Encoded(EncodedRecord record) : IPairRecord
    {
        public EncodedRecord Record => record;

        public int PairLength(int first, int second) => record.PairLength(first, second);
    }
}
