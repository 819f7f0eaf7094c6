using LLMBlender.Abstractions;

namespace LLMBlender.Local.Wire;

/// <summary>What an update of a streamed answer contains beside text and reasoning: the <see cref="Microsoft.Extensions.AI.ChatResponseUpdate.RawRepresentation"/>.</summary>
/// <param name="Calls">The next parts of tool calls, whose contents are in the last update; null for none.</param>
/// <param name="Thinking">The thinking blocks that are complete, a JSON array in Anthropic's format; null for none.</param>
/// <param name="Logprobs">The log probabilities of the update's tokens, a JSON object in OpenAI's format; null for none.</param>
internal sealed record WirePart(ToolCallPart[]? Calls, string? Thinking, string? Logprobs)
{
    /// <summary>Creates the part; null if there is nothing in it.</summary>
    public static WirePart? Create(ToolCallPart[]? calls, string? thinking, string? logprobs) =>
        calls is null && thinking is null && logprobs is null ? null : new WirePart(calls, thinking, logprobs);
}
