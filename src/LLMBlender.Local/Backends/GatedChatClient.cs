using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using LLMBlender.Abstractions;
using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Backends;

/// <summary>
/// Limits a backend's calls: concurrent calls, calls per minute, and no calls until the backend's last Retry-After has passed. A call
/// over a limit waits until it may run or is cancelled; if too many calls wait already, it fails immediately. A call during a
/// Retry-After fails immediately.
/// </summary>
public sealed class GatedChatClient : DelegatingChatClient
{
    private static readonly TimeSpan QueueFullRetryAfter = TimeSpan.FromSeconds(1);

    // After a pause of this length or longer, one call tests the backend, and the others are rejected until its result, at most this long.
    private static readonly TimeSpan TestTime = TimeSpan.FromSeconds(10);

    private readonly ConcurrencyLimiter places;
    private readonly TokenBucketRateLimiter? rate;
    private readonly TimeProvider timeProvider;
    private readonly int maxWaiting;
    private readonly Lock gate = new();
    private long? pausedAt;
    private TimeSpan pause;
    private bool isHalfOpen;

    public GatedChatClient(IChatClient inner, BackendSettings settings, TimeProvider timeProvider)
        : base(inner)
    {
        this.timeProvider = timeProvider;
        places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = settings.MaxConcurrency,
            QueueLimit = settings.MaxWaiting,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        maxWaiting = settings.MaxWaiting;
        if (settings.RequestsPerMinute is { } perMinute)
        {
            rate = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
            {
                TokenLimit = Math.Max(1, perMinute / 60),
                TokensPerPeriod = 1,
                ReplenishmentPeriod = TimeSpan.FromMinutes(1) / perMinute,
                QueueLimit = int.MaxValue,
            });
        }
    }

    /// <inheritdoc/>
    public override async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        using var place = await EnterAsync(cancellationToken);
        try
        {
            var response = await base.GetResponseAsync(messages, options, cancellationToken);
            EndTest();
            return response;
        }
        catch (Exception e) when (StoreRetryAfter(e))
        {
            throw;
        }
    }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages,
        ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var place = await EnterAsync(cancellationToken);
        await using var updates = base.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await NextAsync(updates))
        {
            yield return updates.Current;
        }
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            rate?.Dispose();
            places.Dispose();
        }

        base.Dispose(disposing);
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates)
    {
        try
        {
            var hasNext = await updates.MoveNextAsync();
            EndTest();
            return hasNext;
        }
        catch (Exception e) when (StoreRetryAfter(e))
        {
            throw;
        }
    }

    // The lease of a place among the concurrent calls; disposing it frees the place.
    private async Task<RateLimitLease> EnterAsync(CancellationToken cancellationToken)
    {
        if (Left() is { } left)
        {
            throw new BackendException(BlendFailureReason.Overloaded, $"its Retry-After ends in {left.TotalSeconds:0.#} s")
            {
                RetryAfter = left,
                IsRejectedLocally = true,
            };
        }

        var place = await places.AcquireAsync(1, cancellationToken);
        try
        {
            if (!place.IsAcquired)
            {
                throw new BackendException(BlendFailureReason.Overloaded, $"{maxWaiting} calls already wait for it")
                {
                    RetryAfter = QueueFullRetryAfter,
                    IsRejectedLocally = true,
                };
            }

            if (rate is not null)
            {
                using var lease = await rate.AcquireAsync(1, cancellationToken);
            }

            return place;
        }
        catch
        {
            place.Dispose();
            throw;
        }
    }

    // The rest of the pause; null if the call may run. The first call after a long pause begins a short one for all others.
    private TimeSpan? Left()
    {
        lock (gate)
        {
            if (pausedAt is not { } at)
            {
                return null;
            }

            var left = pause - timeProvider.GetElapsedTime(at);
            if (left > TimeSpan.Zero)
            {
                return left;
            }

            (pausedAt, pause, isHalfOpen) = pause < TestTime ? (null, TimeSpan.Zero, false) : ((long?)timeProvider.GetTimestamp(), TestTime, true);
            return null;
        }
    }

    // A call that succeeds while the backend is tested ends the pause.
    private void EndTest()
    {
        if (!Volatile.Read(ref isHalfOpen))
        {
            return;
        }

        lock (gate)
        {
            if (isHalfOpen)
            {
                (pausedAt, isHalfOpen) = (null, false);
            }
        }
    }

    // An exception filter that never catches: it only stores the backend's Retry-After. Another failure than an overload ends the test:
    // retries and the circuit breaker handle it.
    private bool StoreRetryAfter(Exception e)
    {
        if (BackendException.In(e) is { RetryAfter: { } wait, IsRejectedLocally: false })
        {
            lock (gate)
            {
                (pausedAt, pause, isHalfOpen) = (timeProvider.GetTimestamp(), wait < WireFailure.MaxRetryAfter ? wait : WireFailure.MaxRetryAfter, false);
            }
        }
        else
        {
            EndTest();
        }

        return false;
    }
}
