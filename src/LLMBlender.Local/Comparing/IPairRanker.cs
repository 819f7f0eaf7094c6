namespace LLMBlender.Local.Comparing;

/// <summary>A pairwise ranker on one device. Encoding may overlap with anything; comparing is one call at a time.</summary>
public interface IPairRanker : IDisposable
{
    /// <summary>Encodes a source and candidates.</summary>
    /// <param name="source">Instruction and input, one directly after the other, as the reference joins them.</param>
    /// <param name="candidates">The candidates' texts.</param>
    IPairRecord Encode(string source, IReadOnlyList<string> candidates);

    /// <summary>Compares, and blocks until it is done.</summary>
    /// <param name="pairs">Pairs of any records that <see cref="Encode"/> made.</param>
    /// <param name="logits">Receives a logit for each, in the same order; above 0 when the pair's first candidate is better.</param>
    /// <param name="completed">Called after each batch with the number of pairs in it.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>Tokens computed, padding included.</returns>
    long Compare(
        ReadOnlySpan<RecordPair> pairs, Span<float> logits, Action<int>? completed = null, CancellationToken cancellationToken = default);
}

/// <summary>A source and candidates as a ranker reads them.</summary>
public interface IPairRecord
{
    /// <summary>Tokens of a pair.</summary>
    int PairLength(int first, int second);
}

/// <summary>A pair to compare.</summary>
/// <param name="Record">The record that both candidates belong to.</param>
/// <param name="First">Index of the candidate on the left.</param>
/// <param name="Second">Index of the candidate on the right.</param>
public readonly record struct RecordPair(IPairRecord Record, int First, int Second);
