using LLMBlender.Abstractions;

namespace LLMBlender.Local.Wire;

/// <summary>
/// A backend's call failed. The message contains neither the key nor what the server wrote, so that callers may read it.
/// </summary>
public sealed class BackendException(BlendFailureReason reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The reason, for programs.</summary>
    public BlendFailureReason Reason { get; } = reason;

    /// <summary>What the server wrote about its error, without the key and control characters; null for nothing. It is for the operator.</summary>
    public string? ServerMessage { get; init; }

    /// <summary>The message with what the server wrote.</summary>
    public string FullMessage => ServerMessage is { Length: > 0 } written ? $"{Message}: {written}" : Message;

    /// <summary>How long to wait before the next call; null if the backend did not specify it.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The HTTP status of the server's error; null if the error has none.</summary>
    public int? Status { get; init; }

    /// <summary>The machine-readable code of the server's error, such as <c>context_length_exceeded</c>; null for none.</summary>
    public string? Code { get; init; }

    /// <summary>Whether another attempt may succeed.</summary>
    public bool IsTransient => !IsRejectedLocally
        && (Status is 408 or 429 or >= 500 || Reason is BlendFailureReason.Unreachable or BlendFailureReason.TimedOut or BlendFailureReason.Overloaded);

    /// <summary>Whether the call was rejected before it reached the backend. Such failures can be many, and are logged as debug messages.</summary>
    public bool IsRejectedLocally { get; init; }

    /// <summary>Returns the exception, or its first inner one, that is a <see cref="BackendException"/>; null if there is none.</summary>
    public static BackendException? In(Exception? e)
    {
        while (e is not null and not BackendException)
        {
            e = e.InnerException;
        }

        return (BackendException?)e;
    }
}
