using LLMBlender.Inference.Tokenization.AddedTokens;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Texts of the tokens with a role; null if a checkpoint has none.</summary>
internal sealed record SpecialTokens
{
    /// <summary>BERT's.</summary>
    public static SpecialTokens Bert { get; } = new() { Unk = "[UNK]", Sep = "[SEP]", Pad = "[PAD]", Cls = "[CLS]", Mask = "[MASK]" };

    /// <summary>RoBERTa's, BART's and XLM-RoBERTa's.</summary>
    public static SpecialTokens Roberta { get; } = new()
    {
        Bos = "<s>", Eos = "</s>", Unk = "<unk>", Sep = "</s>", Pad = "<pad>", Cls = "<s>", Mask = "<mask>",
    };

    /// <summary>DeBERTa-v2's and v3's.</summary>
    public static SpecialTokens Deberta { get; } = new()
    {
        Bos = "[CLS]", Eos = "[SEP]", Unk = "[UNK]", Sep = "[SEP]", Pad = "[PAD]", Cls = "[CLS]", Mask = "[MASK]",
    };

    /// <summary>T5's.</summary>
    public static SpecialTokens T5 { get; } = new() { Eos = "</s>", Unk = "<unk>", Pad = "<pad>" };

    public string? Bos { get; init; }

    public string? Eos { get; init; }

    public string? Unk { get; init; }

    public string? Sep { get; init; }

    public string? Pad { get; init; }

    public string? Cls { get; init; }

    public string? Mask { get; init; }

    /// <summary>The assigned roles, in the order in which Hugging Face adds their tokens.</summary>
    public IEnumerable<(string Role, string Content)> All => new (string Role, string? Content)[]
        {
            ("bos_token", Bos), ("eos_token", Eos), ("unk_token", Unk), ("sep_token", Sep), ("pad_token", Pad),
            ("cls_token", Cls), ("mask_token", Mask),
        }
        .Where(pair => pair.Content is not null)
        .Select(pair => (pair.Role, pair.Content!));

    /// <summary>The tokens of a tokenizer class that no file has to specify; null for a class that has none.</summary>
    public static SpecialTokens? OfClass(string? name) => (name?.EndsWith("Fast", StringComparison.Ordinal) == true ? name[..^4] : name) switch
    {
        "BertTokenizer" or "ElectraTokenizer" or "DistilBertTokenizer" or "BleurtTokenizer" => Bert,
        "RobertaTokenizer" or "BartTokenizer" or "XLMRobertaTokenizer" => Roberta,
        "DebertaV2Tokenizer" => Deberta,
        "T5Tokenizer" => T5,
        _ => null,
    };

    /// <summary>These tokens, with the other's for missing ones.</summary>
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

    /// <summary>These tokens, with the special token of the usual text for missing ones, if it exists.</summary>
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
