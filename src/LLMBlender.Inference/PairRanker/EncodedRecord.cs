namespace LLMBlender.Inference.PairRanker;

/// <summary>
/// A source and its candidates as token ids, encoded once and used in every pair. Truncation depends only on the source, so that it is
/// independent of the batch.
/// </summary>
public sealed class EncodedRecord
{
    private readonly int[] source;
    private readonly int[][] candidates;

    internal EncodedRecord(int[] source, int[][] candidates) => (this.source, this.candidates) = (source, candidates);

    /// <summary>The number of candidates.</summary>
    public int CandidateCount => candidates.Length;

    /// <summary>The source's segment, including control tokens.</summary>
    public ReadOnlySpan<int> Source => source;

    /// <summary>A candidate's tokens without control tokens.</summary>
    public ReadOnlySpan<int> Candidate(int index) => candidates[index];

    /// <summary>The number of tokens in a pair's row: three segments, with CLS, marker and SEP around each candidate.</summary>
    public int PairLength(int first, int second) =>
        source.Length + candidates[first].Length + candidates[second].Length + 2 * PairLayout.ControlTokens;
}
