namespace LLMBlender.Local.Comparing;

/// <summary>A pairwise ranker on one device. <see cref="Encode"/> is safe for concurrent use; <see cref="Compare"/> allows one call at a time.</summary>
public interface IPairRanker : IDisposable
{
    /// <summary>Encodes a source and candidates.</summary>
    /// <param name="source">Instruction and input, concatenated without a separator, as in the reference.</param>
    /// <param name="candidates">The candidates' texts.</param>
    IPairRecord Encode(string source, IReadOnlyList<string> candidates);

    /// <summary>Compares pairs, and blocks until all are compared.</summary>
    /// <param name="pairs">Pairs of any records that <see cref="Encode"/> returned.</param>
    /// <param name="logits">Receives a logit for each pair, in the same order; above 0 if the pair's first candidate is better.</param>
    /// <param name="completed">Called after each batch with the number of pairs in it.</param>
    /// <param name="cancellationToken">Checked before each batch.</param>
    /// <returns>Tokens computed, padding included.</returns>
    long Compare(
        ReadOnlySpan<RecordPair> pairs, Span<float> logits, Action<int>? completed = null, CancellationToken cancellationToken = default);
}

/// <summary>An encoded source with its candidates.</summary>
public interface IPairRecord
{
    /// <summary>Returns the number of tokens of a pair.</summary>
    int PairLength(int first, int second);
}

/// <summary>A pair to compare.</summary>
/// <param name="Record">The record of both candidates.</param>
/// <param name="First">Index of the candidate on the left.</param>
/// <param name="Second">Index of the candidate on the right.</param>
public readonly record struct RecordPair(IPairRecord Record, int First, int Second);
