using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Evaluation.Verification;

/// <summary>Pair rows in the reference's layout, and detection of texts that the reference encodes differently.</summary>
internal sealed class PairRows
{
    private readonly Tokenizer tokenizer;
    private readonly RankerTokens tokens;
    private readonly HashSet<int> control;

    /// <param name="tokenizer">The model's tokenizer, with or without the markers.</param>
    /// <param name="tokens">The model's ranker tokens.</param>
    public PairRows(Tokenizer tokenizer, RankerTokens tokens)
    {
        this.tokens = tokens;
        this.tokenizer = tokenizer.WithAddedTokens(["<|source|>", "<|candidate1|>", "<|candidate2|>", "<|candidate|>"]);
        control = [.. this.tokenizer.AddedTokens.Select(token => token.Id), tokens.Pad, tokens.Cls, tokens.Sep];
        control.Remove(tokenizer.UnkId);
    }

    /// <summary>The complete row of a pair: source, first and second candidate, each between CLS and SEP.</summary>
    public int[] Row(EncodedRecord record, int first, int second) =>
    [
        .. record.Source,
        tokens.Cls, tokens.First, .. record.Candidate(first), tokens.Sep,
        tokens.Cls, tokens.Second, .. record.Candidate(second), tokens.Sep,
    ];

    /// <summary>
    /// Whether a text contains a control token; a literal [SEP] is excluded, because the reference replaces it with a space.
    /// </summary>
    public bool SpellsControlTokens(string text) => tokenizer
        .Encode(text.Replace("[SEP]", " ", StringComparison.Ordinal), addSpecialTokens: false)
        .Any(control.Contains);
}
