using System.Text.Json;

namespace LLMBlender.Inference.Tokenization.Files;

/// <summary>Reads the post-processor of tokenizer.json: the templates for one text and for two.</summary>
internal static class PostProcessorJson
{
    /// <param name="postProcessor">The object; null if the file has none.</param>
    /// <param name="count">The number of ids in the tokenizer.</param>
    /// <exception cref="ModelException">The JSON is malformed, or of an unsupported type.</exception>
    public static Template Read(JsonFields? postProcessor, int count)
    {
        if (postProcessor is not { } fields)
        {
            return Template.None;
        }

        return fields.RequiredText("type") switch
        {
            "TemplateProcessing" => ReadTemplate(fields, count),
            "BertProcessing" => Fixed([ReadPair(fields, "cls", count)], [ReadPair(fields, "sep", count)], isBert: true),
            "RobertaProcessing" => Fixed([ReadPair(fields, "cls", count)], [ReadPair(fields, "sep", count)], isBert: false),
            "ByteLevel" => Template.None,
            _ => throw fields.Wrong(
                "type", fields.Required("type"), "supported are TemplateProcessing, BertProcessing, RobertaProcessing and ByteLevel"),
        };
    }

    /// <summary>
    /// BERT's [CLS] A [SEP] B [SEP], or RoBERTa's &lt;s&gt; A &lt;/s&gt;&lt;/s&gt; B &lt;/s&gt;, which has one token type.
    /// </summary>
    public static Template Fixed(int[] cls, int[] sep, bool isBert) =>
        new(cls, sep) { Between = isBert ? sep : [.. sep, .. sep], SecondType = isBert ? 1 : 0 };

    private static Template ReadTemplate(JsonFields fields, int count)
    {
        JsonFields special = fields.RequiredObject("special_tokens");
        (List<int>[] single, _) = ReadParts(fields, "single", ["A"], special, count);
        var template = new Template([.. single[0]], [.. single[1]]);
        if (fields.Optional("pair") is null)
        {
            return template;
        }

        (List<int>[] pair, int type) = ReadParts(fields, "pair", ["A", "B"], special, count);
        return template with { PairPrefix = [.. pair[0]], Between = [.. pair[1]], PairSuffix = [.. pair[2]], SecondType = type };
    }

    // The special tokens before, between and after the texts, and the last text's token type.
    private static (List<int>[] Parts, int Type) ReadParts(
        JsonFields fields, string name, string[] texts, JsonFields special, int count)
    {
        string rule = texts.Length == 1 ? "the text, A, must occur exactly once" : "the texts, A and B, must occur once each, in this order";
        List<List<int>> parts = [[]];
        int type = 0;
        foreach (JsonFields step in fields.RequiredObjects(name))
        {
            if (step.Optional("Sequence") is null)
            {
                string token = step.RequiredObject("SpecialToken").RequiredText("id");
                parts[^1].AddRange(ReadIds(special.RequiredObject(token), count));
                continue;
            }

            JsonFields sequence = step.RequiredObject("Sequence");
            if (parts.Count > texts.Length || sequence.RequiredText("id") != texts[parts.Count - 1])
            {
                throw step.Wrong("Sequence", step.Required("Sequence"), rule);
            }

            type = sequence.OptionalCount("type_id") ?? 0;
            parts.Add([]);
        }

        return parts.Count == texts.Length + 1 ? ([.. parts], type) : throw fields.Wrong(name, fields.Required(name), rule);
    }

    private static int ReadPair(JsonFields fields, string name, int count) =>
        fields.RequiredArray(name).ToList() is [_, var (_, id)] && IsId(id, count, out int number)
            ? number
            : throw fields.Wrong(name, fields.Required(name), $"must be a token and its id, which must be below {count}");

    private static IEnumerable<int> ReadIds(JsonFields token, int count)
    {
        foreach ((string _, JsonElement id) in token.RequiredArray("ids"))
        {
            yield return IsId(id, count, out int number)
                ? number
                : throw token.Wrong("ids", token.Required("ids"), $"must be ids below {count}");
        }
    }

    private static bool IsId(JsonElement element, int count, out int number)
    {
        number = -1;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt32(out number) && (uint)number < (uint)count;
    }
}
