using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>The last token counts of an answer, under the names of each server. Used by one answer.</summary>
internal sealed class WireUsage
{
    private long? input;
    private long? output;
    private long? cached;
    private long? reasoning;

    /// <summary>Reads counts; what is absent keeps its last value.</summary>
    public void Read(JsonElement? usage)
    {
        input = usage.Field("prompt_tokens").Count() ?? usage.Field("input_tokens").Count() ?? input;
        output = usage.Field("completion_tokens").Count() ?? usage.Field("output_tokens").Count() ?? output;
        cached = usage.Field("prompt_tokens_details").Field("cached_tokens").Count()
            ?? usage.Field("input_tokens_details").Field("cached_tokens").Count()
            ?? usage.Field("prompt_cache_hit_tokens").Count()
            ?? usage.Field("cached_tokens").Count()
            ?? cached;
        reasoning = usage.Field("completion_tokens_details").Field("reasoning_tokens").Count()
            ?? usage.Field("output_tokens_details").Field("reasoning_tokens").Count()
            ?? usage.Field("reasoning_tokens").Count()
            ?? reasoning;
    }

    /// <summary>Adds counts that another API's usage lists separately from its input tokens.</summary>
    public void Set(long? inputTokens, long? outputTokens, long? cachedTokens) =>
        (input, output, cached) = (inputTokens ?? input, outputTokens ?? output, cachedTokens ?? cached);

    /// <summary>Returns the counts; null if there are none.</summary>
    public UsageDetails? ToDetails() => (input ?? output) is null ? null : new UsageDetails
    {
        InputTokenCount = input,
        OutputTokenCount = output,
        TotalTokenCount = (input ?? 0) + (output ?? 0),
        CachedInputTokenCount = cached,
        ReasoningTokenCount = reasoning,
    };
}
