using LLMBlender.Inference.Models;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Evaluation.Verification;

/// <summary>Pairs as the reference writes them down, and texts that it reads otherwise than this program.</summary>
internal sealed class PairRows
{
    private readonly Tokenizer tokenizer;
    private readonly RankerTokens tokens;
    private readonly HashSet<int> control;

    /// <param name="tokenizer">The model's, with or without the markers.</param>
    /// <param name="tokens">The model's.</param>
    public PairRows(Tokenizer tokenizer, RankerTokens tokens)
    {
        this.tokens = tokens;
        this.tokenizer = tokenizer.WithAddedTokens(["<|source|>", "<|candidate1|>", "<|candidate2|>", "<|candidate|>"]);
        control = [.. this.tokenizer.AddedTokens.Select(token => token.Id), tokens.Pad, tokens.Cls, tokens.Sep];
        control.Remove(tokenizer.UnkId);
    }

    /// <summary>The whole row of a pair: source, first and second candidate, each between CLS and SEP.</summary>
    public int[] Row(EncodedRecord record, int first, int second) =>
    [
        .. record.Source,
        tokens.Cls, tokens.First, .. record.Candidate(first), tokens.Sep,
        tokens.Cls, tokens.Second, .. record.Candidate(second), tokens.Sep,
    ];

    /// <summary>Whether the tokenizer finds a control token in a text, a literal [SEP] apart, which the reference makes a space.</summary>
    public bool SpellsControlTokens(string text) => tokenizer
        .Encode(text.Replace("[SEP]", " ", StringComparison.Ordinal), addSpecialTokens: false)
        .Any(control.Contains);
}
