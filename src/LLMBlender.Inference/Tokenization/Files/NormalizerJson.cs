using System.Text;
using System.Text.Json;
using LLMBlender.Inference.Tokenization.Normalization;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Reads the normalizers of tokenizer.json.</summary>
internal static class NormalizerJson
{
    /// <summary>
    /// Reads the normalizers; for a BERT tokenizer, tokenizer_config.json overrides casing, accents and Chinese characters.
    /// </summary>
    /// <exception cref="ModelException">The JSON is malformed, or of an unsupported type.</exception>
    public static IEnumerable<Normalizer> Read(JsonFields? normalizer, TokenizerConfig config) =>
        normalizer is { } fields && fields.OptionalText("type") == "BertNormalizer" ? [ReadBert(fields, config)] : Read(normalizer);

    private static IEnumerable<Normalizer> Read(JsonFields? normalizer)
    {
        if (normalizer is not { } fields)
        {
            return [];
        }

        return fields.RequiredText("type") switch
        {
            "Sequence" => fields.RequiredObjects("normalizers").SelectMany(step => Read(step)),
            "Precompiled" => [ReadCharsMap(fields)],
            "Strip" => [ReadStrip(fields)],
            "Replace" => [ReadReplace(fields)],
            "BertNormalizer" => [ReadBert(fields, null)],
            "Lowercase" => [new LowercaseNormalizer()],
            "NFC" => [new ComposingNormalizer()],
            "Prepend" => [new PrependNormalizer(Encoding.UTF8.GetBytes(fields.RequiredText("prepend")))],
            _ => throw fields.Wrong(
                "type",
                fields.Required("type"),
                "supported normalizers are Sequence, Precompiled, Strip, Replace, Lowercase, NFC, Prepend and BertNormalizer"),
        };
    }

    private static CharsMapNormalizer ReadCharsMap(JsonFields fields)
    {
        JsonElement map = fields.Required("precompiled_charsmap");
        return map.ValueKind == JsonValueKind.String && map.TryGetBytesFromBase64(out byte[]? blob)
            ? new CharsMapNormalizer(CharsMap.Parse(blob, fields.File))
            : throw fields.Wrong("precompiled_charsmap", map, "must be base64");
    }

    private static BertNormalizer ReadBert(JsonFields fields, TokenizerConfig? config)
    {
        bool? Flag(string name, string inConfig) => config?.OwnFlag(inConfig) ?? fields.OptionalFlag(name);
        bool lowercase = Flag("lowercase", "do_lower_case") ?? true;
        return new BertNormalizer(
            fields.OptionalFlag("clean_text") ?? true,
            Flag("handle_chinese_chars", "tokenize_chinese_chars") ?? true,
            Flag("strip_accents", "strip_accents") ?? lowercase,
            lowercase);
    }

    private static StripNormalizer ReadStrip(JsonFields fields) =>
        new(fields.OptionalFlag("strip_left") ?? true, fields.OptionalFlag("strip_right") ?? true);

    private static Normalizer ReadReplace(JsonFields fields)
    {
        JsonFields pattern = fields.RequiredObject("pattern");
        byte[] content = Encoding.UTF8.GetBytes(fields.RequiredText("content"));
        if (pattern.OptionalText("String") is { Length: > 0 } text)
        {
            return new ReplaceNormalizer(Encoding.UTF8.GetBytes(text), content);
        }

        return pattern.OptionalText("Regex") switch
        {
            " {2,}" => new SpaceRunNormalizer(content),
            @"\s{2,}|[\n\r\t]" => new WhiteSpaceRunNormalizer(content),
            _ => throw fields.Wrong(
                "pattern",
                fields.Required("pattern"),
                @"supported are {""String"": …}, {""Regex"": "" {2,}""} and {""Regex"": ""\\s{2,}|[\\n\\r\\t]""}"),
        };
    }
}
