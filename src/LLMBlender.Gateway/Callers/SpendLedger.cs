using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway.Callers;

/// <summary>
/// What a caller has had today. With a shared counter that is what all gateways gave it, as of a second ago at most; while the
/// counter can't be reached, what it last said and what this process gave since. Safe for concurrent use.
/// </summary>
internal sealed class SpendLedger(string caller, ISharedCounter? shared, TimeProvider clock, ILogger logger)
{
    private const decimal Unit = 1e-9m;
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private DateOnly day;
    private (long Billionths, long Tokens) known;
    private (long Billionths, long Tokens) sending;
    private (long Billionths, long Tokens) unsent;
    private long? asked;

    /// <summary>What it has had.</summary>
    public async ValueTask<(decimal Spent, long Tokens)> TodayAsync()
    {
        if (shared is not null && IsOld())
        {
            await ExchangeAsync(shared);
        }

        lock (gate)
        {
            Turn();
            return (Unit * (known.Billionths + sending.Billionths + unsent.Billionths), known.Tokens + sending.Tokens + unsent.Tokens);
        }
    }

    /// <summary>It has had some more.</summary>
    /// <returns>Ends when the other gateways can know; it never fails.</returns>
    public Task AddAsync(decimal spent, long tokens)
    {
        lock (gate)
        {
            Turn();
            unsent = (unsent.Billionths + (long)Math.Ceiling(spent / Unit), unsent.Tokens + tokens);
        }

        return shared is null ? Task.CompletedTask : ExchangeAsync(shared);
    }

    private bool IsOld()
    {
        lock (gate)
        {
            return asked is not { } at || clock.GetElapsedTime(at) >= Fresh;
        }
    }

    private async Task ExchangeAsync(ISharedCounter counter)
    {
        DateOnly today;
        (long Billionths, long Tokens) sent;
        lock (gate)
        {
            Turn();
            (today, sent, asked) = (day, unsent, clock.GetTimestamp());
            (unsent, sending) = (default, (sending.Billionths + sent.Billionths, sending.Tokens + sent.Tokens));
        }

        try
        {
            await SendAsync(counter, today, sent).WaitAsync(Fresh);
        }
        catch (TimeoutException e)
        {
            // It may still count: what is on its way is not sent a second time.
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

    // Totals only grow: of two that crossed on the way the larger is the later.
    private void Settle(DateOnly of, (long Billionths, long Tokens) sent, (long Billionths, long Tokens)? totals)
    {
        lock (gate)
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

    private void Turn()
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        if (day != today)
        {
            (day, known, sending, unsent) = (today, default, default, default);
        }
    }
}
