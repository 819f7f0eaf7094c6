using LLMBlender.Abstractions;

namespace LLMBlender.Client;

/// <summary>Limits how often a request is sent to another silo. Serves one request.</summary>
/// <remarks>
/// A silo that stops responding while it executes a request may do so because of the request, and then every further silo would. A silo
/// that is leaving, or that no connection could be opened to, has not executed it.
/// </remarks>
/// <param name="maxWait">How long the request waits while no silo can be reached; null for its whole time limit.</param>
/// <param name="timeProvider">Measures the wait.</param>
internal sealed class RetryBudget(TimeSpan? maxWait, TimeProvider timeProvider)
{
    private const int MaxLost = 3;

    private int lost;
    private long? unavailableSince;

    /// <summary>Records a failed attempt.</summary>
    /// <exception cref="BlendException">The request is not repeated.</exception>
    public void Spend(Exception e)
    {
        if (e is RouteLostException { InnerException: OperationCanceledException or TimeoutException } && ++lost >= MaxLost)
        {
            throw new BlendException(
                "request", BlendFailureReason.Unreachable, $"{lost} silos stopped responding while they executed the request, and it is not repeated again");
        }

        if (e is not RouteLostException { InnerException: SiloUnavailableException } || maxWait is not { } limit)
        {
            return;
        }

        unavailableSince ??= timeProvider.GetTimestamp();
        if (timeProvider.GetElapsedTime(unavailableSince.Value) >= limit)
        {
            throw new BlendException("request", BlendFailureReason.Unreachable, $"no silo can be reached that serves it: {e.InnerException!.Message}");
        }
    }
}
