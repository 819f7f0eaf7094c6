using LLMBlender.Abstractions;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway.Callers;

/// <summary>Someone who asks, and what they have had today. Safe for concurrent use.</summary>
internal sealed class Caller(CallerSettings settings, TimeProvider clock)
{
    private readonly Lock gate = new();
    private readonly Queue<long> lastMinute = new();
    private DateOnly day;
    private decimal spent;
    private long tokens;

    /// <summary>What logs call it.</summary>
    public string Name => settings.Name;

    /// <summary>A request's caller; null where the server knows none.</summary>
    public static Caller? Of(HttpContext context) => context.Features.Get<Caller>();

    /// <summary>Counts a request.</summary>
    /// <returns>Why it may not be served; null where it may.</returns>
    public ApiError? Enter()
    {
        lock (gate)
        {
            Turn();
            if (spent >= settings.SpendPerDay || tokens >= settings.TokensPerDay)
            {
                var left = clock.GetUtcNow().UtcDateTime.Date.AddDays(1) - clock.GetUtcNow().UtcDateTime;
                return ApiError.Limited("insufficient_quota", "what this key may spend a day is spent", left);
            }

            return settings.RequestsPerMinute is { } most ? EnterMinute(most) : null;
        }
    }

    /// <summary>Counts what a request cost.</summary>
    public void Spend(BlendUsage usage)
    {
        lock (gate)
        {
            Turn();
            spent += usage.Cost ?? 0;
            tokens += usage.PromptTokens + usage.CompletionTokens;
        }
    }

    private ApiError? EnterMinute(int most)
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

    private void Turn()
    {
        var today = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);
        if (day != today)
        {
            (day, spent, tokens) = (today, 0, 0);
        }
    }
}
