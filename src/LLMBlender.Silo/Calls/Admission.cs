using System.Collections.Concurrent;
using LLMBlender.Abstractions;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LLMBlender.Silo.Calls;

/// <summary>
/// Limits and tracks a silo's concurrent calls. At shutdown, it rejects new calls and waits for those in progress. Safe for
/// concurrent use.
/// </summary>
/// <remarks>It is registered after the silo and so is stopped before it.</remarks>
internal sealed partial class Admission(IOptions<AdmissionOptions> options, BlendMetrics metrics, ILogger<Admission> logger) : IHostedService
{
    private readonly AdmissionOptions options = options.Value;
    private readonly TaskCompletionSource empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<Guid, bool> calls = new();
    private int inside;
    private volatile bool leaving;

    /// <summary>Requests, and parts of them, in progress.</summary>
    public int Inside => Volatile.Read(ref inside);

    /// <summary>Maximum number of requests in progress.</summary>
    public int MaxRequests => options.MaxRequests;

    /// <summary>Whether the silo is shutting down.</summary>
    public bool IsLeaving => leaving;

    /// <summary>Registers a part of a request; false if the silo is shutting down.</summary>
    /// <param name="call">The call's id; see <see cref="Client.CallId"/>.</param>
    /// <param name="entry">The caller disposes it when the call completes.</param>
    public bool TryEnter(Guid call, out Entry entry)
    {
        // Counted before the check, so that a shutdown counts every call that passed it.
        Interlocked.Increment(ref inside);
        entry = new Entry(this, call);
        calls.TryAdd(call, true);
        if (!leaving)
        {
            return true;
        }

        metrics.Silo.Refused(SiloMetrics.Leaving);
        entry.Dispose();
        return false;
    }

    /// <summary>Registers a whole request.</summary>
    /// <exception cref="BlendException">Too many requests are in progress, or the silo is shutting down.</exception>
    public Entry Enter(Guid call)
    {
        if (!TryEnter(call, out var entry))
        {
            throw BlendException.Leaving();
        }

        if (Volatile.Read(ref inside) > options.MaxRequests)
        {
            metrics.Silo.Refused(SiloMetrics.TooManyRequests);
            entry.Dispose();
            throw new BlendException(
                "request", BlendFailureReason.Overloaded, $"{options.MaxRequests} requests are in progress on this silo, which is its limit")
            {
                RetryAfter = options.RetryAfter,
            };
        }

        return entry;
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        metrics.Silo.Observe(() => Inside, options.MaxRequests);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        leaving = true;
        var count = Volatile.Read(ref inside);
        LogDraining(count);
        if (count == 0)
        {
            return;
        }

        try
        {
            await empty.Task.WaitAsync(options.DrainTimeout, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            count = Volatile.Read(ref inside);
            LogGivenUp(count);
        }
    }

    /// <summary>Returns the ids of those calls that are not in progress on this silo.</summary>
    public Guid[] NotInside(Guid[] ids) => Array.FindAll(ids, call => !calls.ContainsKey(call));

    private void Leave(Guid call)
    {
        calls.TryRemove(call, out _);
        if (Interlocked.Decrement(ref inside) == 0 && leaving)
        {
            empty.TrySetResult();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "draining: {Count} requests or parts of them are in progress")]
    private partial void LogDraining(int count);

    [LoggerMessage(Level = LogLevel.Warning, Message = "stopped before {Count} requests or parts of them completed")]
    private partial void LogGivenUp(int count);

    /// <summary>A call in progress, until it is disposed.</summary>
    public sealed class Entry(Admission admission, Guid call) : IDisposable
    {
        private int isDisposed;

        /// <inheritdoc/>
        public void Dispose()
        {
            if (Interlocked.Exchange(ref isDisposed, 1) == 0)
            {
                admission.Leave(call);
            }
        }
    }
}
