using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace LLMBlender.Local.Backends.Http;

/// <summary>Makes the HTTP client of one backend: judge, retries, breaker, attempt's time, guard, sockets.</summary>
public static class BackendHttp
{
    /// <summary>Makes it; the caller disposes of it.</summary>
    /// <param name="settings">The backend.</param>
    /// <param name="key">Its key; null for none.</param>
    /// <param name="clock">What waits go by.</param>
    public static HttpClient Create(BackendSettings settings, Secret? key, TimeProvider clock)
    {
        var sockets = new SocketsHttpHandler
        {
            // A redirect would carry prompt and key to whoever it names.
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectTimeout = settings.ConnectTimeout,
            MaxResponseHeadersLength = 64,
        };
        var guard = new AnswerGuard(settings.MaxAnswerBytes) { InnerHandler = sockets };
        var resilience = new ResilienceHandler(Pipeline(settings, clock)) { InnerHandler = guard };
        var judge = new AnswerJudge(key, clock) { InnerHandler = resilience };
        return new HttpClient(judge) { BaseAddress = new Uri(settings.Url!), Timeout = Timeout.InfiniteTimeSpan };
    }

    private static ResiliencePipeline<HttpResponseMessage> Pipeline(BackendSettings settings, TimeProvider clock)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = clock };
        if (settings.Attempts > 1)
        {
            builder.AddRetry(Retry(settings, clock));
        }

        // The library's own default wants a hundred calls in half a minute before it trips; a panel makes far fewer.
        return builder
            .AddCircuitBreaker(new HttpCircuitBreakerStrategyOptions
            {
                MinimumThroughput = settings.BreakerCalls,
                FailureRatio = 0.8,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = settings.BreakTime,
            })
            .AddTimeout(new HttpTimeoutStrategyOptions { Timeout = settings.AttemptTimeout })
            .Build();
    }

    private static HttpRetryStrategyOptions Retry(BackendSettings settings, TimeProvider clock)
    {
        var transient = new HttpRetryStrategyOptions().ShouldHandle;
        return new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = settings.Attempts - 1,
            Delay = settings.RetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldRetryAfterHeader = true,

            // A server that asks for more patience than there is gets no further attempt, and its word reaches the caller.
            ShouldHandle = async retry => await transient(retry)
                && (retry.Outcome.Result is not { } response || !(RetryAfter.Of(response, clock) > settings.LongestRetryAfter)),
        };
    }
}
