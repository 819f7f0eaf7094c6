using System.Diagnostics;

namespace LLMBlender.Abstractions.Client;

/// <summary>The end of a request's time, and the one token that every wait on its behalf is given.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource source;
    private readonly CancellationToken callers;
    private readonly long start = Stopwatch.GetTimestamp();

    /// <param name="timeout">The request's time; more than <see cref="RequestTime.Longest"/> is refused.</param>
    /// <param name="cancellation">Ends it earlier.</param>
    /// <exception cref="BlendException">The time is not positive, or too long.</exception>
    public Deadline(TimeSpan timeout, CancellationToken cancellation)
    {
        if (timeout <= TimeSpan.Zero || timeout > RequestTime.Longest)
        {
            throw BlendException.Invalid(
                "timeout", $"\"timeout\" is {timeout.TotalSeconds:0.###} s, and must be above 0 and at most {RequestTime.Longest.TotalSeconds:0} s");
        }

        (Timeout, callers) = (timeout, cancellation);
        source = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        source.CancelAfter(timeout);
    }

    /// <summary>The whole time.</summary>
    public TimeSpan Timeout { get; }

    /// <summary>Cancelled when the time is up or the caller gives up.</summary>
    public CancellationToken Token => source.Token;

    /// <summary>What is left of it; never quite nothing, for those who are given it to start with.</summary>
    public TimeSpan Remaining
    {
        get
        {
            var left = Timeout - Stopwatch.GetElapsedTime(start);
            return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
        }
    }

    /// <summary>Whether the time is up, and not merely the caller gone.</summary>
    public bool IsPassed => source.IsCancellationRequested && !callers.IsCancellationRequested;

    /// <inheritdoc/>
    public void Dispose() => source.Dispose();
}
