using LLMBlender.Inference.Tokenization.AddedTokens;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Texts of the tokens that play a role, null where a checkpoint has none.</summary>
internal sealed record SpecialTokens
{
    public string? Bos { get; init; }

    public string? Eos { get; init; }

    public string? Unk { get; init; }

    public string? Sep { get; init; }

    public string? Pad { get; init; }

    public string? Cls { get; init; }

    public string? Mask { get; init; }

    /// <summary>The roles that are filled, in the order in which Hugging Face adds their tokens.</summary>
    public IEnumerable<(string Role, string Content)> All => new (string Role, string? Content)[]
        {
            ("bos_token", Bos), ("eos_token", Eos), ("unk_token", Unk), ("sep_token", Sep), ("pad_token", Pad),
            ("cls_token", Cls), ("mask_token", Mask),
        }
        .Where(pair => pair.Content is not null)
        .Select(pair => (pair.Role, pair.Content!));

    /// <summary>These, and where one is absent the other's.</summary>
    public SpecialTokens Or(SpecialTokens other) => new()
    {
        Bos = Bos ?? other.Bos,
        Eos = Eos ?? other.Eos,
        Unk = Unk ?? other.Unk,
        Sep = Sep ?? other.Sep,
        Pad = Pad ?? other.Pad,
        Cls = Cls ?? other.Cls,
        Mask = Mask ?? other.Mask,
    };

    /// <summary>These, and where one is absent the special token of its usual text, if there is such a one.</summary>
    public SpecialTokens OrUsual(IReadOnlyList<AddedToken> added, string unknown)
    {
        HashSet<string> special = [.. added.Where(token => token.Special).Select(token => token.Content)];
        string? First(params string[] usual) => usual.FirstOrDefault(special.Contains);
        return Or(new SpecialTokens
        {
            Bos = First("<s>", "[CLS]"),
            Eos = First("</s>", "[SEP]"),
            Unk = unknown,
            Sep = First("[SEP]", "</s>"),
            Pad = First("<pad>", "[PAD]"),
            Cls = First("[CLS]", "<s>"),
            Mask = First("<mask>", "[MASK]"),
        });
    }
}
