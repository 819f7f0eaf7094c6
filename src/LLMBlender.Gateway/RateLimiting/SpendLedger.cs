using LLMBlender.Client;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway.RateLimiting;

/// <summary>
/// A caller's usage today. With a shared counter it is the usage over all gateways, at most a second old; while the counter
/// can't be reached, the counter's last value plus this process's usage since. Thread-safe.
/// </summary>
internal sealed class SpendLedger(string caller, ISharedCounter? shared, TimeProvider timeProvider, ILogger logger)
{
    private const decimal Unit = 1e-9m;
    private static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(1);

    private readonly Lock sync = new();
    private DateOnly day;
    private (long Billionths, long Tokens) known;
    private (long Billionths, long Tokens) sending;
    private (long Billionths, long Tokens) unsent;
    private long? asked;

    /// <summary>Returns the usage today.</summary>
    public async ValueTask<(decimal Spent, long Tokens)> TodayAsync()
    {
        if (shared is not null && IsOld())
        {
            await ExchangeAsync(shared);
        }

        lock (sync)
        {
            StartDay();
            return (Unit * (known.Billionths + sending.Billionths + unsent.Billionths), known.Tokens + sending.Tokens + unsent.Tokens);
        }
    }

    /// <summary>Adds usage.</summary>
    /// <returns>A task that completes when the usage is shared; it never fails.</returns>
    public Task AddAsync(decimal spent, long tokens)
    {
        lock (sync)
        {
            StartDay();
            unsent = (unsent.Billionths + (long)Math.Ceiling(spent / Unit), unsent.Tokens + tokens);
        }

        return shared is null ? Task.CompletedTask : ExchangeAsync(shared);
    }

    private bool IsOld()
    {
        lock (sync)
        {
            return asked is not { } at || timeProvider.GetElapsedTime(at) >= MaxAge;
        }
    }

    private async Task ExchangeAsync(ISharedCounter counter)
    {
        DateOnly today;
        (long Billionths, long Tokens) sent;
        lock (sync)
        {
            StartDay();
            (today, sent, asked) = (day, unsent, timeProvider.GetTimestamp());
            (unsent, sending) = (default, (sending.Billionths + sent.Billionths, sending.Tokens + sent.Tokens));
        }

        try
        {
            await SendAsync(counter, today, sent).Observed().WaitAsync(MaxAge);
        }
        catch (TimeoutException e)
        {
            // The counter may have received the usage, so it is not sent again.
            logger.NotCounted(caller, e.GetType().Name);
        }
    }

    private async Task SendAsync(ISharedCounter counter, DateOnly today, (long Billionths, long Tokens) sent)
    {
        try
        {
            Settle(today, sent, await counter.AddAsync(caller, today, sent.Billionths, sent.Tokens));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            logger.NotCounted(caller, e.GetType().Name);
            Settle(today, sent, null);
        }
    }

    // Totals only increase: if two responses arrive out of order, the larger one is the later.
    private void Settle(DateOnly of, (long Billionths, long Tokens) sent, (long Billionths, long Tokens)? totals)
    {
        lock (sync)
        {
            if (of != day)
            {
                return;
            }

            sending = (sending.Billionths - sent.Billionths, sending.Tokens - sent.Tokens);
            if (totals is { } all)
            {
                known = (Math.Max(known.Billionths, all.Billionths), Math.Max(known.Tokens, all.Tokens));
            }
            else
            {
                unsent = (unsent.Billionths + sent.Billionths, unsent.Tokens + sent.Tokens);
            }
        }
    }

    private void StartDay()
    {
        var today = DateOnly.FromDateTime(timeProvider.GetUtcNow().UtcDateTime);
        if (day != today)
        {
            (day, known, sending, unsent) = (today, default, default, default);
        }
    }
}
