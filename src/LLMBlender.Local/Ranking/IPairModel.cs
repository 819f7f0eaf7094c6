namespace LLMBlender.Local.Ranking;

/// <summary>A ranker on one accelerator. Encoding may overlap with anything; comparing is one call at a time.</summary>
public interface IPairModel : IDisposable
{
    /// <summary>Which ranker it is.</summary>
    RankerIdentity Ranker { get; }

    /// <summary>Tokens that one call should be given at most, so that the next request does not wait long.</summary>
    int CallTokens { get; }

    /// <summary>Encodes a source and candidates.</summary>
    IPairRecord Encode(string source, IReadOnlyList<string> candidates);

    /// <summary>Compares, and blocks meanwhile.</summary>
    /// <param name="pairs">Pairs of any records that <see cref="Encode"/> made.</param>
    /// <param name="logits">Receives a logit for each, in the same order.</param>
    /// <returns>Tokens computed, padding included.</returns>
    long Compare(ReadOnlySpan<RecordPair> pairs, Span<float> logits);
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
