using System.Text;
using LLMBlender.Inference.Tokenization.Decoding;
using LLMBlender.Inference.Tokenization.PreTokenization;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Reads the pre-tokenizers and the decoder of tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    /// <summary>The pre-tokenizers.</summary>
    /// <param name="preTokenizer">The object; null if the file has none.</param>
    /// <param name="addPrefixSpace">The value of tokenizer_config.json, which overrides that of a byte-level pre-tokenizer.</param>
    /// <exception cref="ModelException">The JSON is malformed, or of an unsupported type.</exception>
    public static IEnumerable<PreTokenizer> Read(JsonFields? preTokenizer, bool? addPrefixSpace) =>
        preTokenizer is { } fields && fields.OptionalText("type") == "ByteLevel" ? ReadByteLevel(fields, addPrefixSpace) : Read(preTokenizer);

    private static IEnumerable<PreTokenizer> Read(JsonFields? preTokenizer)
    {
        if (preTokenizer is not { } fields)
        {
            return [];
        }

        return fields.RequiredText("type") switch
        {
            "Sequence" => fields.RequiredObjects("pretokenizers").SelectMany(step => Read(step)),
            "WhitespaceSplit" => [new WhitespaceSplitPreTokenizer()],
            "Metaspace" => [ReadMetaspace(fields)],
            "BertPreTokenizer" => [new BertPreTokenizer()],
            "ByteLevel" => ReadByteLevel(fields, null),
            _ => throw fields.Wrong(
                "type",
                fields.Required("type"),
                "supported pre-tokenizers are Sequence, WhitespaceSplit, Metaspace, BertPreTokenizer and ByteLevel"),
        };
    }

    /// <exception cref="ModelException">The JSON is malformed, or of an unsupported type.</exception>
    public static Detokenizer ReadDecoder(JsonFields? decoder, bool cleanUp)
    {
        if (decoder is not { } fields)
        {
            return new SpacedDetokenizer(cleanUp);
        }

        return fields.RequiredText("type") switch
        {
            "Metaspace" => new MetaspaceDetokenizer(ReadMark(fields), ReadScheme(fields) != PrependScheme.Never, cleanUp),
            "WordPiece" => new WordPieceDetokenizer(
                fields.OptionalText("prefix") ?? "##", cleanUp || (fields.OptionalFlag("cleanup") ?? true)),
            "ByteLevel" => new ByteLevelDetokenizer(cleanUp),
            _ => throw fields.Wrong("type", fields.Required("type"), "supported decoders are Metaspace, WordPiece and ByteLevel"),
        };
    }

    private static PreTokenizer[] ReadByteLevel(JsonFields fields, bool? addPrefixSpace) => fields.OptionalFlag("use_regex") ?? true
        ? [new GptPreTokenizer(addPrefixSpace ?? fields.OptionalFlag("add_prefix_space") ?? true), new ByteLettersPreTokenizer()]
        : throw fields.Wrong("use_regex", fields.Required("use_regex"), "must be true: other cuts than GPT-2's aren't supported");

    private static MetaspacePreTokenizer ReadMetaspace(JsonFields fields) => new(
        Encoding.UTF8.GetBytes(ReadMark(fields)), ReadScheme(fields), fields.OptionalFlag("split") ?? true);

    private static string ReadMark(JsonFields metaspace)
    {
        string mark = metaspace.RequiredText("replacement");
        return mark.EnumerateRunes().Count() == 1
            ? mark
            : throw metaspace.Wrong("replacement", metaspace.Required("replacement"), "must be one character");
    }

    // Files of tokenizers 0.14 and older have only add_prefix_space.
    private static PrependScheme ReadScheme(JsonFields metaspace)
    {
        bool? addPrefixSpace = metaspace.OptionalFlag("add_prefix_space");
        PrependScheme scheme = metaspace.OptionalText("prepend_scheme") switch
        {
            null => addPrefixSpace == false ? PrependScheme.Never : PrependScheme.Always,
            "always" => PrependScheme.Always,
            "first" => PrependScheme.First,
            "never" => PrependScheme.Never,
            _ => throw Wrong("must be always, first or never"),
        };
        return addPrefixSpace == false && scheme != PrependScheme.Never
            ? throw Wrong("contradicts add_prefix_space, which is false")
            : scheme;

        ModelException Wrong(string rule) =>
            metaspace.Wrong("prepend_scheme", metaspace.Required("prepend_scheme"), rule);
    }
}
