using LLMBlender.Local.Settings;
using LLMBlender.Local.Wire;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace LLMBlender.Local.Backends;

/// <summary>Creates the retries and the circuit breaker of a backend.</summary>
internal static class BackendRetries
{
    /// <summary>Creates the pipeline of the attempts of a call.</summary>
    public static ResiliencePipeline Create(BackendSettings settings, TimeProvider timeProvider)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = timeProvider };
        if (settings.Attempts > 1)
        {
            builder.AddRetry(new RetryStrategyOptions
            {
                MaxRetryAttempts = settings.Attempts - 1,
                Delay = settings.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                DelayGenerator = static retry => ValueTask.FromResult((retry.Outcome.Exception as BackendException)?.RetryAfter),

                // A Retry-After above the limit is not retried; its failure is returned to the caller.
                ShouldHandle = retry => ValueTask.FromResult(
                    retry.Outcome.Exception is BackendException { IsTransient: true, IsRejectedLocally: false } e && !(e.RetryAfter > settings.LongestRetryAfter)),
            });
        }

        // The library's default needs 100 calls in 30 seconds before the breaker opens; a panel makes far fewer.
        return builder
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions
            {
                MinimumThroughput = settings.BreakerCalls,
                FailureRatio = 0.8,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = settings.BreakTime,
                ShouldHandle = static outcome => ValueTask.FromResult(outcome.Outcome.Exception is BackendException { IsTransient: true, IsRejectedLocally: false }),
            })
            .Build();
    }
}
