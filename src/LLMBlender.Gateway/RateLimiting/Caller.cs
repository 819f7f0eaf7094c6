using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway.RateLimiting;

/// <summary>A caller with its limits. Thread-safe.</summary>
internal sealed class Caller(CallerOptions options, SpendLedger ledger, TimeProvider timeProvider)
{
    private readonly Lock sync = new();
    private readonly Queue<long> lastMinute = new();

    /// <summary>Its name in logs.</summary>
    public string Name => options.Name;

    /// <summary>The caller of a request; null if no callers are configured.</summary>
    public static Caller? Of(HttpContext context) => context.Features.Get<Caller>();

    /// <summary>Counts a request.</summary>
    /// <returns>The limit that the request exceeds; null for none.</returns>
    public async ValueTask<ApiError?> EnterAsync()
    {
        if ((options.SpendPerDay is not null || options.TokensPerDay is not null) && await ledger.TodayAsync() is var (spent, tokens)
            && (spent >= options.SpendPerDay || tokens >= options.TokensPerDay))
        {
            var untilMidnight = timeProvider.GetUtcNow().UtcDateTime.Date.AddDays(1) - timeProvider.GetUtcNow().UtcDateTime;
            return ApiError.Limited("insufficient_quota", "the daily budget of this key is spent", untilMidnight);
        }

        return options.RequestsPerMinute is { } most ? EnterMinute(most) : null;
    }

    /// <summary>Counts the usage of a request.</summary>
    /// <param name="promptTokens">The number of input tokens.</param>
    /// <param name="completionTokens">The number of output tokens.</param>
    /// <param name="cost">The cost in the currency of the configured prices; null if there are no prices.</param>
    public void Spend(long promptTokens, long completionTokens, decimal? cost) => _ = ledger.AddAsync(cost ?? 0, promptTokens + completionTokens);

    private ApiError? EnterMinute(int most)
    {
        lock (sync)
        {
            var now = timeProvider.GetTimestamp();
            while (lastMinute.TryPeek(out var first) && timeProvider.GetElapsedTime(first, now) >= TimeSpan.FromMinutes(1))
            {
                lastMinute.Dequeue();
            }

            if (lastMinute.Count >= most)
            {
                var wait = TimeSpan.FromMinutes(1) - timeProvider.GetElapsedTime(lastMinute.Peek(), now);
                return ApiError.Limited("rate_limit_exceeded", $"this key may send {most} requests a minute", wait);
            }

            lastMinute.Enqueue(now);
            return null;
        }
    }
}
