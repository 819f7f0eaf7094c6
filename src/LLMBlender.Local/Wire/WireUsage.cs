using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>The last token counts of an answer, under the names of each server. Used by one answer.</summary>
internal sealed class WireUsage
{
    /// <summary>The name, among the additional counts, of the input tokens that were written to a cache.</summary>
    public const string CacheWriteCount = "cache_creation_input_tokens";

    // As many as a caller is charged for at most.
    private const long MaxDetail = 100_000_000;

    private const int MaxFields = 64;
    private const int MaxFieldLength = 4096;

    // What is read or summed.
    private static readonly string[] Known =
        ["prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens", "cache_read_input_tokens", CacheWriteCount];

    private readonly Dictionary<string, JsonElement> fields = [];
    private long? input;
    private long? output;
    private long? cached;
    private long? reasoning;
    private long? written;

    /// <summary>Reads counts; what is absent keeps its last value.</summary>
    public void Read(JsonElement? usage)
    {
        Keep(usage);
        input = usage.Field("prompt_tokens").Count() ?? usage.Field("input_tokens").Count() ?? input;
        output = usage.Field("completion_tokens").Count() ?? usage.Field("output_tokens").Count() ?? output;
        cached = usage.Field("prompt_tokens_details").Field("cached_tokens").Count()
            ?? usage.Field("input_tokens_details").Field("cached_tokens").Count()
            ?? usage.Field("prompt_cache_hit_tokens").Count()
            ?? usage.Field("cached_tokens").Count()
            ?? cached;
        written = usage.Field("prompt_tokens_details").Field("cache_creation_tokens").Count()
            ?? usage.Field("prompt_tokens_details").Field("cache_write_tokens").Count()
            ?? usage.Field(CacheWriteCount).Count()
            ?? written;
        reasoning = usage.Field("completion_tokens_details").Field("reasoning_tokens").Count()
            ?? usage.Field("output_tokens_details").Field("reasoning_tokens").Count()
            ?? usage.Field("reasoning_tokens").Count()
            ?? reasoning;
    }

    /// <summary>Keeps the fields of a usage for callers that get it unchanged; a later field replaces an earlier one.</summary>
    public void Keep(JsonElement? usage)
    {
        if (usage is { ValueKind: JsonValueKind.Object } all)
        {
            foreach (var field in all.EnumerateObject().Where(field => (fields.Count < MaxFields || fields.ContainsKey(field.Name)) && IsKept(field.Value)))
            {
                fields[field.Name] = field.Value;
            }
        }
    }

    /// <summary>Returns all fields as the server wrote them; null if all of them are read.</summary>
    public JsonElement? ToFields() =>
        fields.Any(static field => !Known.Contains(field.Key) && field.Value.ValueKind is not JsonValueKind.Null) ? JsonSerializer.SerializeToElement(fields) : null;

    /// <summary>Adds counts that another API's usage lists separately from its input tokens.</summary>
    public void Set(long? inputTokens, long? outputTokens, long? cachedTokens, long? writtenTokens = null) =>
        (input, output, cached, written) = (inputTokens ?? input, outputTokens ?? output, cachedTokens ?? cached, writtenTokens ?? written);

    /// <summary>Returns the counts; null if there are none.</summary>
    public UsageDetails? ToDetails() => (input ?? output) is null ? null : new UsageDetails
    {
        InputTokenCount = input,
        OutputTokenCount = output,
        TotalTokenCount = (input ?? 0) + (output ?? 0),
        CachedInputTokenCount = Bounded(cached),
        ReasoningTokenCount = Bounded(reasoning),
        AdditionalCounts = Bounded(written) is { } count ? new() { [CacheWriteCount] = count } : null,
    };

    // Callers see these as they are; the others are bounded, and said to be, where they are charged.
    private static long? Bounded(long? count) => count is { } tokens ? Math.Min(tokens, MaxDetail) : null;

    private static bool IsKept(JsonElement value) =>
        value.ValueKind is JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False || (value.GetRawText().Length <= MaxFieldLength && value.IsValidText());
}
