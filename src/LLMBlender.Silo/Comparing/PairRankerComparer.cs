using System.Security.Cryptography;
using System.Text;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Silo.Comparing;

/// <summary>A <see cref="PairRankerModel"/> as a comparer.</summary>
internal sealed class PairRankerComparer : IPairComparer
{
    // Enough for the packing by length to have a choice (see BatchPlan), and not so much that what comes next waits long:
    // half a second's work or so.
    private const int CpuCallTokens = 32 * 2048;
    private const int GpuCallTokens = 8 * 16384;

    private readonly PairRankerModel model;
    private Comparison[] comparisons = new Comparison[256];

    /// <param name="name">What requests call the ranker.</param>
    /// <param name="model">The model, which is disposed with this.</param>
    /// <param name="options">How it was loaded.</param>
    public PairRankerComparer(string name, PairRankerModel model, PairRankerOptions options)
    {
        this.model = model;
        Ranker = new RankerIdentity(name, VersionOf(model.Manifest, options));
        CallTokens = options.Accelerator.CudaDevice is null ? CpuCallTokens : GpuCallTokens;
    }

    /// <inheritdoc/>
    public RankerIdentity Ranker { get; }

    /// <inheritdoc/>
    public int CallTokens { get; }

    /// <summary>A hash of all that a logit depends on beside the texts.</summary>
    public static string VersionOf(ModelManifest manifest, PairRankerOptions options)
    {
        var identity = string.Join(
            '\n',
            manifest.Id,
            manifest.TensorHash,
            manifest.Precision,
            options.SourceMaxLength ?? manifest.SourceMaxLength,
            options.CandidateMaxLength ?? manifest.CandidateMaxLength);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(identity)).AsSpan(0, 16));
    }

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
