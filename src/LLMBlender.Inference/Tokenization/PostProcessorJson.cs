using System.Text.Json;

namespace LLMBlender.Inference.Tokenization;

/// <summary>Reads the post-processor of tokenizer.json: what goes around a single text.</summary>
internal static class PostProcessorJson
{
    /// <param name="postProcessor">The object, null where the file has none.</param>
    /// <param name="count">How many ids the tokenizer has.</param>
    /// <exception cref="ModelException">Malformed, or of a kind that isn't supported.</exception>
    public static (int[] Prefix, int[] Suffix) Read(JsonFields? postProcessor, int count)
    {
        if (postProcessor is not { } fields)
        {
            return ([], []);
        }

        if (fields.RequiredText("type") != "TemplateProcessing")
        {
            throw fields.Wrong("type", fields.Required("type"), "only TemplateProcessing is supported");
        }

        JsonFields special = fields.RequiredObject("special_tokens");
        List<int> prefix = [];
        List<int>? suffix = null;
        foreach (JsonFields step in fields.RequiredObjects("single"))
        {
            if (step.Optional("Sequence") is null)
            {
                string token = step.RequiredObject("SpecialToken").RequiredText("id");
                (suffix ?? prefix).AddRange(ReadIds(special.RequiredObject(token), count));
                continue;
            }

            suffix = suffix is null && step.RequiredObject("Sequence").RequiredText("id") == "A"
                ? []
                : throw step.Wrong("Sequence", step.Required("Sequence"), "the text, A, must occur exactly once");
        }

        return suffix is null
            ? throw fields.Wrong("single", fields.Required("single"), "the text, A, must occur exactly once")
            : ([.. prefix], [.. suffix]);
    }

    private static IEnumerable<int> ReadIds(JsonFields token, int count)
    {
        foreach ((string _, JsonElement id) in token.RequiredArray("ids"))
        {
            yield return id.ValueKind == JsonValueKind.Number
                && id.TryGetInt32(out int number)
                && (uint)number < (uint)count
                    ? number
                    : throw token.Wrong("ids", token.Required("ids"), $"must be ids below {count}");
        }
    }
}
