using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;

namespace LLMBlender.Silo.Dispatch;

/// <summary>Limits how long a request waits while no worker silo responds. Serves one request.</summary>
/// <param name="dispatcher">Knows which worker silos respond.</param>
/// <param name="maxWait">The limit; null for none.</param>
/// <param name="cancellationToken">The caller's token.</param>
internal sealed class WorkerWait(ShardDispatcher dispatcher, TimeSpan? maxWait, CancellationToken cancellationToken) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    /// <summary>Cancelled by the caller, and at the limit.</summary>
    public CancellationToken Token => stop.Token;

    /// <summary>Runs the request.</summary>
    /// <param name="request">The request; it ends when <see cref="Token"/> is cancelled.</param>
    /// <exception cref="BlendException">No worker silo responded for the time limit.</exception>
    public async Task<T> RunAsync<T>(Func<Task<T>> request)
    {
        var running = request();
        if (maxWait is not { } limit || await EndsAsync(running, limit))
        {
            return await running;
        }

        await stop.CancelAsync();
        try
        {
            return await running;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BlendException(BlendWorkflow.Rank, BlendFailureReason.Unreachable, "no silo that compares responds")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => stop.Dispose();

    // Returns false if no worker silo responded for the time limit.
    private async Task<bool> EndsAsync(Task running, TimeSpan limit)
    {
        var without = TimeSpan.Zero;
        while (!running.IsCompleted)
        {
            without = dispatcher.HasWorker() ? TimeSpan.Zero : without + Interval;
            if (without > limit)
            {
                return false;
            }

            await Task.WhenAny(running, Task.Delay(Interval, CancellationToken.None));
        }

        return true;
    }
}
