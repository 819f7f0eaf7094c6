using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Evaluation.Ranking;

/// <summary>What <see cref="PairRankerModel.Compare"/> does.</summary>
public delegate void CompareBatch(
    ReadOnlySpan<Comparison> comparisons, Span<float> logits, Action<int>? completed, CancellationToken cancellation);
