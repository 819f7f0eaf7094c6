using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Local.Comparing;

/// <summary>A <see cref="PairRankerModel"/> as a pairwise ranker.</summary>
/// <param name="model">The model, which is disposed with this.</param>
public sealed class ModelPairRanker(PairRankerModel model) : IPairRanker
{
    private Comparison[] comparisons = new Comparison[256];

    /// <summary>The model's manifest.</summary>
    public ModelManifest Manifest => model.Manifest;

    /// <inheritdoc/>
    public IPairRecord Encode(string source, IReadOnlyList<string> candidates) => new Encoded(model.Encode(source, candidates));

    /// <inheritdoc/>
    public long Compare(
        ReadOnlySpan<RecordPair> pairs, Span<float> logits, Action<int>? completed = null, CancellationToken cancellationToken = default)
    {
        if (comparisons.Length < pairs.Length)
        {
            comparisons = new Comparison[pairs.Length];
        }

        for (var i = 0; i < pairs.Length; i++)
        {
            comparisons[i] = new Comparison(((Encoded)pairs[i].Record).Record, pairs[i].First, pairs[i].Second);
        }

        try
        {
            return model.CompareCounting(comparisons.AsSpan(0, pairs.Length), logits, completed, cancellationToken);
        }
        finally
        {
            comparisons.AsSpan(0, pairs.Length).Clear();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private sealed class Encoded(EncodedRecord record) : IPairRecord
    {
        public EncodedRecord Record => record;

        public int PairLength(int first, int second) => record.PairLength(first, second);
    }
}
