using LLMBlender.Inference.PairRanker;

namespace LLMBlender.Cli.Ranking;

/// <summary>What <see cref="PairRankerModel.Compare"/> does.</summary>
internal delegate void CompareBatch(
    ReadOnlySpan<Comparison> comparisons, Span<float> logits, Action<int>? completed, CancellationToken cancellation);
