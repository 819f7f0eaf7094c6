using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using LLMBlender.Abstractions;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Backends;

/// <summary>
/// Limits the calls of a backend: concurrent ones, those of a minute, and none while it has asked for a pause. A call that comes too
/// early waits until its token is cancelled; where too many wait already, further calls are refused at once.
/// </summary>
public sealed class GatedChatClient : DelegatingChatClient
{
    private static readonly TimeSpan Crowded = TimeSpan.FromSeconds(1);

    private readonly ConcurrencyLimiter places;
    private readonly TokenBucketRateLimiter? rate;
    private readonly TimeProvider clock;
    private readonly int mostWaiting;
    private long restsUntil;

    public GatedChatClient(IChatClient inner, BackendSettings settings, TimeProvider clock)
        : base(inner)
    {
        this.clock = clock;
        places = new ConcurrencyLimiter(new ConcurrencyLimiterOptions
        {
            PermitLimit = settings.MaxConcurrency,
            QueueLimit = settings.MaxWaiting,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        mostWaiting = settings.MaxWaiting;
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
            return await base.GetResponseAsync(messages, options, cancellationToken);
        }
        catch (Exception e) when (Note(e))
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
            return await updates.MoveNextAsync();
        }
        catch (Exception e) when (Note(e))
        {
            throw;
        }
    }

    // The lease of a place among the concurrent calls; disposing it frees the place.
    private async Task<RateLimitLease> EnterAsync(CancellationToken cancellationToken)
    {
        if (new TimeSpan(Volatile.Read(ref restsUntil) - clock.GetUtcNow().Ticks) is { Ticks: > 0 } rest)
        {
            throw new BackendException(BlendFailureReason.Overloaded, $"it asked to be left alone for another {rest.TotalSeconds:0.#} s")
            {
                RetryAfter = rest,
                IsTurnedAway = true,
            };
        }

        var place = await places.AcquireAsync(1, cancellationToken);
        try
        {
            if (!place.IsAcquired)
            {
                throw new BackendException(BlendFailureReason.Overloaded, $"{mostWaiting} calls wait for it already")
                {
                    RetryAfter = Crowded,
                    IsTurnedAway = true,
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

    // Never catches: only remembers what the backend asked for.
    private bool Note(Exception e)
    {
        if (BackendException.In(e) is { RetryAfter: { } rest })
        {
            Volatile.Write(ref restsUntil, (clock.GetUtcNow() + rest).Ticks);
        }

        return false;
    }
}
