using LLMBlender.Abstractions;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway.Callers;

/// <summary>Someone who asks, and what they may still have. Safe for concurrent use.</summary>
internal sealed class Caller(CallerSettings settings, SpendLedger ledger, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly Queue<long> lastMinute = new();

    /// <summary>What logs call it.</summary>
    public string Name => settings.Name;

    /// <summary>A request's caller; null where the server knows none.</summary>
    public static Caller? Of(HttpContext context) => context.Features.Get<Caller>();

    /// <summary>Counts a request.</summary>
    /// <returns>Why it may not be served; null where it may.</returns>
    public async ValueTask<ApiError?> EnterAsync()
    {
        if ((settings.SpendPerDay is not null || settings.TokensPerDay is not null) && await ledger.TodayAsync() is var (spent, tokens)
            && (spent >= settings.SpendPerDay || tokens >= settings.TokensPerDay))
        {
            var left = clock.GetUtcNow().UtcDateTime.Date.AddDays(1) - clock.GetUtcNow().UtcDateTime;
            return ApiError.Limited("insufficient_quota", "what this key may spend a day is spent", left);
        }

        return settings.RequestsPerMinute is { } most ? EnterMinute(most) : null;
    }

    /// <summary>Counts what a request cost.</summary>
    public void Spend(BlendUsage usage) => Spend(usage.PromptTokens, usage.CompletionTokens, usage.Cost);

    /// <summary>Counts what a request cost.</summary>
    /// <param name="promptTokens">Tokens read.</param>
    /// <param name="completionTokens">Tokens written.</param>
    /// <param name="cost">In the currency of the configured prices; null where none are.</param>
    public void Spend(long promptTokens, long completionTokens, decimal? cost) => _ = ledger.AddAsync(cost ?? 0, promptTokens + completionTokens);

    private ApiError? EnterMinute(int most)
    {
        lock (gate)
        {
            var now = clock.GetTimestamp();
            while (lastMinute.TryPeek(out var first) && clock.GetElapsedTime(first, now) >= TimeSpan.FromMinutes(1))
            {
                lastMinute.Dequeue();
            }

            if (lastMinute.Count >= most)
            {
                var wait = TimeSpan.FromMinutes(1) - clock.GetElapsedTime(lastMinute.Peek(), now);
                return ApiError.Limited("rate_limit_exceeded", $"this key may ask {most} times a minute", wait);
            }

            lastMinute.Enqueue(now);
            return null;
        }
    }
}
