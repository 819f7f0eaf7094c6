using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>Reads finish reasons, which each server names differently.</summary>
internal static class FinishReasons
{
    /// <summary>Returns the reason; one that is not known is a normal end.</summary>
    /// <exception cref="BackendException">The reason says that the answer was not completed.</exception>
    public static ChatFinishReason Read(string reason) => reason.ToUpperInvariant() switch
    {
        "LENGTH" or "MAX_TOKENS" or "MODEL_LENGTH" or "MAX_LENGTH" or "MAX_OUTPUT_TOKENS" or "MODEL_CONTEXT_WINDOW_EXCEEDED" => ChatFinishReason.Length,
        "TOOL_CALLS" or "TOOL_CALL" or "TOOL_USE" or "FUNCTION_CALL" => ChatFinishReason.ToolCalls,
        "CONTENT_FILTER" or "CONTENT_FILTERED" or "SAFETY" or "RECITATION" or "PROHIBITED_CONTENT" or "BLOCKLIST" or "SPII" or "SENSITIVE" or "REFUSAL" =>
            ChatFinishReason.ContentFilter,
        "ERROR" or "ENGINE_ERROR" or "ABORT" or "ABORTED" or "CANCELLED" or "CANCELED" =>
            throw new BackendException(BlendFailureReason.Faulted, $"its answer was truncated: it ended with the finish reason \"{reason}\""),
        "INSUFFICIENT_SYSTEM_RESOURCE" =>
            throw new BackendException(BlendFailureReason.Overloaded, $"its answer was truncated: it ended with the finish reason \"{reason}\"") { Status = 503 },
        _ => ChatFinishReason.Stop,
    };
}
