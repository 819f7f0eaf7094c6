using LLMBlender.Inference.Models;

namespace LLMBlender.Inference.PairRanker;

/// <summary>
/// The model's input for a pair: <c>[CLS] source-marker S [SEP] [CLS] first-marker A [SEP] [CLS] second-marker B [SEP]</c>, each segment
/// truncated on the right. Source: LLM-Blender's <c>collator.py</c> and <c>get_pair_ids</c>.
/// </summary>
internal static class PairLayout
{
    /// <summary>CLS, marker and SEP.</summary>
    public const int ControlTokens = 3;

    /// <summary>
    /// The maximum number of tokens in a candidate's segment for a source of this length: its own limit plus half of the tokens that the
    /// source does not use, as in the reference for a batch of one.
    /// </summary>
    public static int CandidateLimit(int sourceLength, int sourceMaxLength, int candidateMaxLength) =>
        candidateMaxLength + (sourceMaxLength - sourceLength) / 2;

    /// <summary>Writes a pair's row and the positions of its three markers.</summary>
    public static void Write(
        RankerTokens tokens, EncodedRecord record, int first, int second, Span<int> row, Span<long> markers)
    {
        record.Source.CopyTo(row);
        var position = record.Source.Length;
        markers[0] = 1;
        markers[1] = position + 1;
        position += WriteCandidate(tokens, tokens.First, record.Candidate(first), row[position..]);
        markers[2] = position + 1;
        WriteCandidate(tokens, tokens.Second, record.Candidate(second), row[position..]);
    }

    private static int WriteCandidate(RankerTokens tokens, int marker, ReadOnlySpan<int> text, Span<int> row)
    {
        row[0] = tokens.Cls;
        row[1] = marker;
        text.CopyTo(row[2..]);
        row[text.Length + 2] = tokens.Sep;
        return text.Length + ControlTokens;
    }
}
