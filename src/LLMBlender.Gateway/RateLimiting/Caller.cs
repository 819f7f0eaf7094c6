using LLMBlender.Abstractions;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway.RateLimiting;

/// <summary>A caller with its limits. Thread-safe.</summary>
internal sealed class Caller(CallerOptions options, SpendLedger ledger, TimeProvider timeProvider)
{
    // What a request is expected to use until the first ones have been charged: so many may run at once.
    private const int FirstRequests = 10;

    // How much the last request counts in the expectation.
    private const double Weight = 0.2;

    private readonly Lock sync = new();
    private readonly Queue<long> lastMinute = new();
    private (double Spent, double Tokens)? usual;
    private int running;

    /// <summary>Its name in logs.</summary>
    public string Name => options.Name;

    /// <summary>Whether it may edit the settings.</summary>
    public bool EditsSettings => options.EditsSettings;

    /// <summary>Whether its blends are recorded where a panel records.</summary>
    public bool Record => options.Record;

    /// <summary>Whether its usage of a day is limited.</summary>
    public bool HasBudget => options.SpendPerDay is not null || options.TokensPerDay is not null;

    /// <summary>The caller of a request; null if no callers are configured.</summary>
    public static Caller? Of(HttpContext context) => context.Features.Get<Caller>();

    /// <summary>Whether these are its options.</summary>
    public bool Has(CallerOptions other) =>
        (options.Name, options.RequestsPerMinute, options.SpendPerDay, options.TokensPerDay) == (other.Name, other.RequestsPerMinute, other.SpendPerDay, other.TokensPerDay)
        && options.EditsSettings == other.EditsSettings && Same(options.Panels, other.Panels) && Same(options.Rankers, other.Rankers) && Same(options.Fusers, other.Fusers)
        && Same(options.Members, other.Members) && options.Record == other.Record && options.MaxConcurrency == other.MaxConcurrency;

    /// <summary>Counts a request, and reserves the usual usage of one until <see cref="Leave"/>.</summary>
    /// <returns>The limit that the request exceeds; null for none.</returns>
    public async ValueTask<ApiError?> EnterAsync()
    {
        var (spent, tokens) = HasBudget ? await ledger.TodayAsync() : default;
        lock (sync)
        {
            if ((HasBudget ? CheckBudget((double)spent, tokens) : null) is { } error)
            {
                return error;
            }

            if (running >= options.MaxConcurrency)
            {
                return ApiError.Limited("rate_limit_exceeded", $"this key may have {options.MaxConcurrency} requests in progress", TimeSpan.FromSeconds(1));
            }

            if (options.RequestsPerMinute is { } most && CountRequest(most) is { } limit)
            {
                return limit;
            }

            running++;
            return null;
        }
    }

    /// <summary>Ends the reservation of a request that <see cref="EnterAsync"/> accepted.</summary>
    public void Leave()
    {
        lock (sync)
        {
            running--;
        }
    }

    /// <summary>Counts the usage of a request or of a part of it; negative counts are 0.</summary>
    /// <param name="promptTokens">The number of input tokens.</param>
    /// <param name="completionTokens">The number of output tokens.</param>
    /// <param name="cost">The cost in the currency of the configured prices; null if there are no prices.</param>
    public void Spend(long promptTokens, long completionTokens, decimal? cost) =>
        _ = ledger.AddAsync(Math.Max(0, cost ?? 0), Math.Max(0, promptTokens) + Math.Max(0, completionTokens));

    /// <summary>Notes what a whole request used, for the reservations of later ones.</summary>
    public void NoteUsual(long tokens, decimal? cost)
    {
        lock (sync)
        {
            var last = (Spent: (double)(cost ?? 0), Tokens: (double)tokens);
            usual = usual is not { } before ? last : (Next(before.Spent, last.Spent), Next(before.Tokens, last.Tokens));
        }
    }

    /// <summary>Requires that the caller may use a panel, a ranker and a fuser; null for those of the configuration.</summary>
    /// <exception cref="ApiException">It may not.</exception>
    public void CheckNames(string? panel, string? ranker, string? fuser)
    {
        Check("panel", panel, options.Panels);
        Check("ranker", ranker, options.Rankers);
        Check("fuser", fuser, options.Fusers);
    }

    /// <summary>Requires that the caller may name members.</summary>
    /// <exception cref="ApiException">It may not.</exception>
    public void CheckMembers(Composition? composition)
    {
        foreach (var name in (composition?.Members ?? []).Concat(composition?.Stages?.SelectMany(static stage => stage ?? []) ?? []))
        {
            Check("members", name, options.Members);
        }
    }

    private static void Check(string field, string? name, string[]? allowed)
    {
        if (allowed is not null && name is not null && !allowed.Contains(name))
        {
            throw new ApiException(ApiError.Forbidden($"this key may not use the {field} \"{name}\"") with { Parameter = field });
        }
    }

    private static double Next(double before, double last) => ((1 - Weight) * before) + (Weight * last);

    private static bool Same(string[]? one, string[]? other) => one is null ? other is null : other is not null && one.SequenceEqual(other);

    private ApiError? CheckBudget(double spent, double tokens)
    {
        if (spent >= (double?)options.SpendPerDay || tokens >= options.TokensPerDay)
        {
            var untilMidnight = timeProvider.GetUtcNow().UtcDateTime.Date.AddDays(1) - timeProvider.GetUtcNow().UtcDateTime;
            return ApiError.Limited("insufficient_quota", "the daily budget of this key is spent", untilMidnight);
        }

        return running > 0 && (IsReserved(spent, (double?)options.SpendPerDay, usual?.Spent) || IsReserved(tokens, options.TokensPerDay, usual?.Tokens))
            ? ApiError.Limited("insufficient_quota", "the requests in progress may spend the rest of the daily budget of this key", TimeSpan.FromSeconds(1))
            : null;
    }

    private bool IsReserved(double used, double? limit, double? each) => limit is { } most && used + (running * (each ?? (most / FirstRequests))) >= most;

    private ApiError? CountRequest(int most)
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
