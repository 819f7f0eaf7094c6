using LLMBlender.Abstractions;

namespace LLMBlender.Local.Backends;

/// <summary>A backend did not answer as it should. The message holds no key, whatever the backend said.</summary>
public sealed class BackendException(BlendFailureReason reason, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why, for programs.</summary>
    public BlendFailureReason Reason { get; } = reason;

    /// <summary>How long to wait before it is asked again; null where it named no time.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the call was turned away before it reached the backend; many in a row are one piece of news.</summary>
    public bool IsTurnedAway { get; init; }

    /// <summary>The one that an exception is, or was caused by; null where there is none.</summary>
    public static BackendException? In(Exception? e)
    {
        while (e is not null and not BackendException)
        {
            e = e.InnerException;
        }

        return (BackendException?)e;
    }
}
