using LLMBlender.Local.Settings;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace LLMBlender.Local.Backends.Http;

/// <summary>Creates the HTTP client of a backend: error handler, retries, circuit breaker, attempt timeout, validation, sockets.</summary>
public static class BackendHttp
{
    /// <summary>Creates the client; the caller disposes it.</summary>
    /// <param name="settings">The backend's settings.</param>
    /// <param name="key">The API key; null for none.</param>
    /// <param name="timeProvider">Measures retry delays and breaks.</param>
    public static HttpClient Create(BackendSettings settings, Secret? key, TimeProvider timeProvider)
    {
        var sockets = new SocketsHttpHandler
        {
            // A redirect would send the prompt and the key to another server.
            AllowAutoRedirect = false,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            ConnectTimeout = settings.ConnectTimeout,
            MaxResponseHeadersLength = 64,
        };
        var validation = new ResponseValidationHandler(settings.MaxAnswerBytes) { InnerHandler = sockets };
        var resilience = new ResilienceHandler(Pipeline(settings, timeProvider)) { InnerHandler = validation };
        var errors = new BackendErrorHandler(key, timeProvider) { InnerHandler = resilience };
        return new HttpClient(errors) { BaseAddress = new Uri(settings.Url!), Timeout = Timeout.InfiniteTimeSpan };
    }

    private static ResiliencePipeline<HttpResponseMessage> Pipeline(BackendSettings settings, TimeProvider timeProvider)
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = timeProvider };
        if (settings.Attempts > 1)
        {
            builder.AddRetry(Retry(settings, timeProvider));
        }

        // The library's default needs 100 calls in 30 seconds before the breaker opens; a panel makes far fewer.
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

    private static HttpRetryStrategyOptions Retry(BackendSettings settings, TimeProvider timeProvider)
    {
        var transient = new HttpRetryStrategyOptions().ShouldHandle;
        return new HttpRetryStrategyOptions
        {
            MaxRetryAttempts = settings.Attempts - 1,
            Delay = settings.RetryDelay,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            ShouldRetryAfterHeader = true,

            // A Retry-After above the limit is not retried; its failure is returned to the caller.
            ShouldHandle = async retry => await transient(retry)
                && (retry.Outcome.Result is not { } response || !(RetryAfter.Of(response, timeProvider) > settings.LongestRetryAfter)),
        };
    }
}
