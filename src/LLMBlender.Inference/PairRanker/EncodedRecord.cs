namespace LLMBlender.Inference.PairRanker;

/// <summary>
/// A source and its candidates as token ids, encoded once and used in every pair. Truncation is settled here, from the
/// source alone, so that no batch neighbour can change it.
/// </summary>
public sealed class EncodedRecord
{
    private readonly int[] source;
    private readonly int[][] candidates;

    internal EncodedRecord(int[] source, int[][] candidates) => (this.source, this.candidates) = (source, candidates);

    /// <summary>How many candidates there are.</summary>
    public int CandidateCount => candidates.Length;

    /// <summary>The source's segment, control tokens included.</summary>
    public ReadOnlySpan<int> Source => source;

    /// <summary>A candidate's tokens without control tokens.</summary>
    public ReadOnlySpan<int> Candidate(int index) => candidates[index];

    /// <summary>Tokens of a pair's row: three segments, and CLS, marker and SEP around each candidate.</summary>
    public int PairLength(int first, int second) =>
        source.Length + candidates[first].Length + candidates[second].Length + 2 * PairLayout.ControlTokens;
}
