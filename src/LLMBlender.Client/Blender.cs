using LLMBlender.Abstractions;
using System.Runtime.CompilerServices;

namespace LLMBlender.Client;

/// <summary>An <see cref="IBlender"/> that calls a cluster's grains, and another route if a silo is lost.</summary>
public sealed class Blender : IBlender, IDisposable
{
    private const int MaxSkippedRoutes = 8;

    private static readonly TimeSpan PanelsTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan MaxPause = TimeSpan.FromMilliseconds(500);

    private readonly GrainReferences grains;
    private readonly TimeProvider timeProvider;
    private readonly IRouteGeneration generation;
    private readonly SiloFailureDetector detector;
    private int nextBucket;

    /// <summary>Creates a blender that calls a cluster's grains.</summary>
    /// <param name="grains">The grain factory of a client or silo.</param>
    /// <param name="timeProvider">The clock; null for the system's.</param>
    /// <param name="generation">The generation of the cluster's members; null to read it from the cluster.</param>
    public Blender(IGrainFactory grains, TimeProvider? timeProvider = null, IRouteGeneration? generation = null)
    {
        (this.grains, this.timeProvider) = (new GrainReferences(grains), timeProvider ?? TimeProvider.System);
        this.generation = generation ?? new PolledGeneration(grains, this.timeProvider);
        detector = new SiloFailureDetector(grains, this.timeProvider);
    }

    /// <inheritdoc/>
    public Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default) => CallAsync<IBlendGrain, BlendResponse>(
        NextBucket(), request.Timeout, (grain, time, token) => grain.BlendAsync(request with { Timeout = time }, token), cancellationToken);

    /// <inheritdoc/>
    public Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default) => CallAsync<IRankingGrain, RankingResponse>(
        Routes.BucketOf(request.Instruction, request.Input),
        request.Timeout,
        (grain, time, token) => grain.RankAsync(request with { Timeout = time }, token),
        cancellationToken,
        request.MaxWait);

    /// <inheritdoc/>
    public Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default) => CallAsync<IRankingGrain, CompareResponse>(
        Routes.BucketOf(request.Instruction, request.Input),
        request.Timeout,
        (grain, time, token) => grain.CompareAsync(request with { Timeout = time }, token),
        cancellationToken,
        request.MaxWait);

    /// <inheritdoc/>
    public Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default) => CallAsync<IFusionGrain, FuseResponse>(
        NextBucket(), request.Timeout, (grain, time, token) => grain.FuseAsync(request with { Timeout = time }, token), cancellationToken, request.MaxWait);

    /// <inheritdoc/>
    public IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(BlendRequest request, CancellationToken cancellationToken = default) =>
        StreamAsync<IBlendGrain, BlendUpdate>(
            request.Timeout, (grain, time, token) => grain.StreamAsync(request with { Timeout = time }, token), cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, CancellationToken cancellationToken = default) =>
        StreamAsync<IFusionGrain, FuseUpdate>(
            request.Timeout, (grain, time, token) => grain.StreamAsync(request with { Timeout = time }, token), cancellationToken, request.MaxWait);

    /// <inheritdoc/>
    public Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default) => CallAsync<IBlendGrain, PanelInfo[]>(
        NextBucket(), PanelsTimeout, static (grain, _, _) => grain.PanelsAsync(), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => detector.Dispose();

    private async Task<T> CallAsync<TGrain, T>(
        int bucket, TimeSpan timeout, Func<TGrain, TimeSpan, CancellationToken, Task<T>> call, CancellationToken cancellationToken, TimeSpan? maxWait = null)
        where TGrain : IGrainWithStringKey
    {
        using var deadline = new Deadline(timeout, cancellationToken);
        var (attempt, cause, budget) = (0, (string?)null, new RetryBudget(maxWait, timeProvider));
        try
        {
            while (true)
            {
                (var grain, attempt) = Choose<TGrain>(bucket, attempt);
                try
                {
                    return await detector.CallAsync(grain.GetGrainId(), Guid.NewGuid(), token => call(grain, deadline.Remaining, token), deadline.Token);
                }
                catch (Exception e) when (IsElsewhere(e) && !deadline.Token.IsCancellationRequested)
                {
                    cause = e.Message;
                    budget.Spend(e);
                }

                await PauseAsync(attempt++, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw BlendException.TimedOut("request", timeout, Attempts(attempt + 1, cause));
        }
    }

    private static string Attempts(int count, string? cause) => cause is null
        ? "the first silo that was called had not answered"
        : $"{count} silos were called; the previous one failed: {cause}";

    private async IAsyncEnumerable<T> StreamAsync<TGrain, T>(
        TimeSpan timeout,
        Func<TGrain, TimeSpan, CancellationToken, IAsyncEnumerable<T>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken,
        TimeSpan? maxWait = null)
        where TGrain : IGrainWithStringKey
    {
        using var deadline = new Deadline(timeout, cancellationToken);
        var (stream, grain, id) = await OpenAsync(call, deadline, maxWait);
        try
        {
            do
            {
                yield return stream.Current;
            }
            while (await WatchAsync(deadline, () => detector.CallAsync(grain.GetGrainId(), id, _ => stream.MoveNextAsync().AsTask(), deadline.Token)));
        }
        finally
        {
            await CloseAsync(stream);
        }
    }

    // Before its first update, a stream can be restarted on another silo.
    private async Task<(IAsyncEnumerator<T> Stream, TGrain Grain, Guid Id)> OpenAsync<TGrain, T>(
        Func<TGrain, TimeSpan, CancellationToken, IAsyncEnumerable<T>> call, Deadline deadline, TimeSpan? maxWait)
        where TGrain : IGrainWithStringKey
    {
        var (bucket, budget) = (NextBucket(), new RetryBudget(maxWait, timeProvider));
        for (var attempt = 0; ; attempt++)
        {
            (var grain, attempt) = Choose<TGrain>(bucket, attempt);
            var id = Guid.NewGuid();
            var stream = call(grain, deadline.Remaining, deadline.Token).GetAsyncEnumerator(deadline.Token);
            try
            {
                return await WatchAsync(deadline, () => detector.CallAsync(grain.GetGrainId(), id, _ => stream.MoveNextAsync().AsTask(), deadline.Token))
                    ? (stream, grain, id)
                    : throw new BlendException("stream", BlendFailureReason.Empty, "the stream ended before its first update");
            }
            catch (Exception e)
            {
                await CloseAsync(stream);
                if (!IsElsewhere(e) || deadline.Token.IsCancellationRequested)
                {
                    throw;
                }

                budget.Spend(e);
            }

            await WatchAsync(deadline, async () =>
            {
                await PauseAsync(attempt, deadline.Token);
                return true;
            });
        }
    }

    private static async Task<T> WatchAsync<T>(Deadline deadline, Func<Task<T>> wait)
    {
        try
        {
            return await wait();
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw BlendException.TimedOut("request", deadline.Timeout, "waiting for the next update");
        }
    }

    // A lost silo does not respond to the disposal of its stream.
    private static async ValueTask CloseAsync<T>(IAsyncEnumerator<T> stream)
    {
        try
        {
            await stream.DisposeAsync().AsTask().WaitAsync(MaxPause);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return;
        }
    }

    private static bool IsElsewhere(Exception e) => e is RouteLostException or BlendException { Elsewhere: true };

    private static Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(20 * Math.Min(attempt, 25));
        return attempt == 0 ? Task.CompletedTask : Task.Delay(pause < MaxPause ? pause : MaxPause, cancellationToken);
    }

    private int NextBucket() => (int)((uint)Interlocked.Increment(ref nextBucket) % Routes.Buckets);

    // Skips lost routes; if all are lost, the next one is tried.
    private (TGrain Grain, int Attempt) Choose<TGrain>(int bucket, int attempt)
        where TGrain : IGrainWithStringKey
    {
        var members = generation.Current;
        for (var ahead = attempt; ahead < attempt + MaxSkippedRoutes; ahead++)
        {
            var grain = grains.Get<TGrain>(Routes.Key(bucket, ahead, members));
            if (!detector.IsLost(grain.GetGrainId()))
            {
                return (grain, ahead);
            }
        }

        return (grains.Get<TGrain>(Routes.Key(bucket, attempt, members)), attempt);
    }
}
