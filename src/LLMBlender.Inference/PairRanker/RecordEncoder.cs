using System.Runtime.InteropServices;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Inference.PairRanker;

/// <summary>
/// Encodes texts to a ranker's ids. Texts are data: a literal <c>[SEP]</c> becomes a space, as in the reference, and any other literal
/// control token, in any normalised form, is removed, so that all control tokens are added by this class.
/// </summary>
internal sealed class RecordEncoder
{
    private readonly Tokenizer tokenizer;
    private readonly RankerTokens tokens;
    private readonly HashSet<int> control;
    private readonly int sourceMaxLength;
    private readonly int candidateMaxLength;

    public RecordEncoder(Tokenizer tokenizer, RankerTokens tokens, int sourceMaxLength, int candidateMaxLength)
    {
        (this.tokenizer, this.tokens) = (tokenizer, tokens);
        (this.sourceMaxLength, this.candidateMaxLength) = (sourceMaxLength, candidateMaxLength);
        control = [.. tokenizer.AddedTokens.Select(token => token.Id), tokens.Pad, tokens.Cls, tokens.Sep];
        control.Remove(tokenizer.UnkId);
    }

    /// <summary>Encodes a source and its candidates.</summary>
    public EncodedRecord Encode(string source, IReadOnlyList<string> candidates)
    {
        // The reference tokenises the marker and the text as one string; so does this method, because the tokens of a text's first
        // characters can depend on the preceding ones.
        return Encode(
            CollectionsMarshal.AsSpan(Body(ControlTokens.Source, source)),
            [.. candidates.Select(candidate => Body(ControlTokens.First, candidate).ToArray())]);
    }

    /// <summary>Encodes a source and candidates given as ids, without control tokens.</summary>
    public EncodedRecord Encode(ReadOnlySpan<int> source, IReadOnlyList<int[]> candidates)
    {
        var body = source[..Math.Min(source.Length, sourceMaxLength - PairLayout.ControlTokens)];
        int[] segment = [tokens.Cls, tokens.Source, .. body, tokens.Sep];
        var limit = PairLayout.CandidateLimit(segment.Length, sourceMaxLength, candidateMaxLength) - PairLayout.ControlTokens;
        return new EncodedRecord(segment, [.. candidates.Select(ids => ids.Length <= limit ? ids : ids[..limit])]);
    }

    private List<int> Body(string marker, string text)
    {
        var ids = new List<int>();
        tokenizer.Encode(string.Concat(marker, text.Replace("[SEP]", " ", StringComparison.Ordinal)), ids, addSpecialTokens: false);
        ids.RemoveAll(control.Contains);
        return ids;
    }
}
