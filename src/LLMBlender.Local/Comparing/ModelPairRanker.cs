using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Local.Comparing;

/// <summary>Adapts a <see cref="PairRankerModel"/> to <see cref="IPairRanker"/>.</summary>
/// <param name="model">The model; disposed with the ranker.</param>
/// <param name="version">See <see cref="Version"/>.</param>
public sealed class ModelPairRanker(PairRankerModel model, string version) : IModelRanker
{
    private Comparison[] comparisons = new Comparison[256];

    /// <summary>Loads a model folder.</summary>
    /// <exception cref="Inference.ModelException">The model can't be loaded.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static ModelPairRanker Load(string folder, PairRankerOptions options)
    {
        var model = PairRankerModel.Load(folder, options);
        return new ModelPairRanker(model, RankerIdentity.VersionOf(model.Manifest, options));
    }

    /// <inheritdoc/>
    public ModelManifest Manifest => model.Manifest;

    /// <inheritdoc/>
    public string Version => version;

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
    public WarmUpReport WarmUp(CancellationToken cancellationToken = default) => model.WarmUp(cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => model.Dispose();

    private sealed class Encoded(EncodedRecord record) : IPairRecord
    {
        public EncodedRecord Record => record;

        public int PairLength(int first, int second) => record.PairLength(first, second);
    }
}
