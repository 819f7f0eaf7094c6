using LLMBlender.Records;
using Polly;
using Polly.Retry;

namespace LLMBlender.Cli.Hub;

/// <summary>Retries requests to the hub a limited number of times, with exponential delays or the delay in <c>Retry-After</c>.</summary>
internal sealed class HubRetry
{
    private const int Attempts = 5;

    // A longer <c>Retry-After</c> fails the request instead.
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(2);

    private readonly ResiliencePipeline pipeline;

    /// <param name="timeProvider">Measures delays.</param>
    public HubRetry(TimeProvider timeProvider) => pipeline = new ResiliencePipelineBuilder { TimeProvider = timeProvider }
        .AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = static arguments => ValueTask.FromResult(
                arguments.Outcome.Exception is HubTransientException failure && !(failure.RetryAfter > LongestDelay)),
            MaxRetryAttempts = Attempts,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromSeconds(1),
            MaxDelay = TimeSpan.FromSeconds(30),
            DelayGenerator = static arguments => ValueTask.FromResult((arguments.Outcome.Exception as HubTransientException)?.RetryAfter),
        })
        .Build();

    /// <summary>Executes an operation, retrying transient failures.</summary>
    /// <exception cref="UsageException">All attempts failed.</exception>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await pipeline.ExecuteAsync(async token => await work(token), cancellationToken);
        }
        catch (HubTransientException e) when (e.RetryAfter > LongestDelay)
        {
            throw new UsageException($"{e.Message}: retry after {e.RetryAfter.Value.TotalSeconds:0} s", e);
        }
        catch (HubTransientException e)
        {
            throw new UsageException($"{e.Message} ({Attempts + 1} attempts); downloaded data is kept; run the same command to resume", e);
        }
    }
}
