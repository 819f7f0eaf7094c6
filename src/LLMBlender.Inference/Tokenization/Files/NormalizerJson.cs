using System.Text;
using System.Text.Json;
using LLMBlender.Inference.Tokenization.Normalization;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Reads the normalizers of tokenizer.json.</summary>
internal static class NormalizerJson
{
    /// <exception cref="ModelException">Malformed, or of a kind that isn't supported.</exception>
    public static IEnumerable<Normalizer> Read(JsonFields? normalizer)
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
            "BertNormalizer" => [ReadBert(fields)],
            "Lowercase" => [new LowercaseNormalizer()],
            "Prepend" => [new PrependNormalizer(Encoding.UTF8.GetBytes(fields.RequiredText("prepend")))],
            _ => throw fields.Wrong(
                "type",
                fields.Required("type"),
                "supported normalizers are Sequence, Precompiled, Strip, Replace, Lowercase, Prepend and BertNormalizer"),
        };
    }

    private static CharsMapNormalizer ReadCharsMap(JsonFields fields)
    {
        JsonElement map = fields.Required("precompiled_charsmap");
        return map.ValueKind == JsonValueKind.String && map.TryGetBytesFromBase64(out byte[]? blob)
            ? new CharsMapNormalizer(CharsMap.Parse(blob, fields.File))
            : throw fields.Wrong("precompiled_charsmap", map, "must be base64");
    }

    private static BertNormalizer ReadBert(JsonFields fields)
    {
        bool lowercase = fields.OptionalFlag("lowercase") ?? true;
        return new BertNormalizer(
            fields.OptionalFlag("clean_text") ?? true,
            fields.OptionalFlag("handle_chinese_chars") ?? true,
            fields.OptionalFlag("strip_accents") ?? lowercase,
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

        return pattern.OptionalText("Regex") == " {2,}"
            ? new SpaceRunNormalizer(content)
            : throw fields.Wrong(
                "pattern", fields.Required("pattern"), "supported are {\"String\": …} and {\"Regex\": \" {2,}\"}");
    }
}
