using LLMBlender.Abstractions;
using System.Runtime.CompilerServices;

namespace LLMBlender.Client;

/// <summary>See <see cref="IBlender"/>.</summary>
public sealed class Blender : IBlender, IDisposable
{
    // A path's kind is its first letter, the grain's key the rest.
    private const char Blend = 'b';
    private const char Rank = 'r';
    private const char Fuse = 'f';

    private static readonly TimeSpan PanelsTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly IGrainFactory grains;
    private readonly PathWatch watch;
    private int nextBucket;

    public Blender(IGrainFactory grains, TimeProvider? clock = null)
    {
        this.grains = grains;
        watch = new PathWatch(PulseAsync, clock ?? TimeProvider.System);
    }

    /// <inheritdoc/>
    public Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default) => CallAsync(
        Blend, NextBucket(), request.Timeout,
        (key, call, time, token) => grains.GetGrain<IBlendGrain>(key).BlendAsync(request with { Timeout = time, Call = call }, token),
        cancellationToken);

    /// <inheritdoc/>
    public Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default) => CallAsync(
        Rank, Routes.BucketOf(request.Instruction, request.Input), request.Timeout,
        (key, call, time, token) => grains.GetGrain<IRankingGrain>(key).RankAsync(request with { Timeout = time, Call = call }, token),
        cancellationToken);

    /// <inheritdoc/>
    public Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default) => CallAsync(
        Rank, Routes.BucketOf(request.Instruction, request.Input), request.Timeout,
        (key, call, time, token) => grains.GetGrain<IRankingGrain>(key).CompareAsync(request with { Timeout = time, Call = call }, token),
        cancellationToken);

    /// <inheritdoc/>
    public Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default) => CallAsync(
        Fuse, NextBucket(), request.Timeout,
        (key, call, time, token) => grains.GetGrain<IFusionGrain>(key).FuseAsync(request with { Timeout = time, Call = call }, token),
        cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(BlendRequest request, CancellationToken cancellationToken = default) => StreamAsync(
        Blend, request.Timeout,
        (key, call, time, token) => grains.GetGrain<IBlendGrain>(key).StreamAsync(request with { Timeout = time, Call = call }, token),
        cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, CancellationToken cancellationToken = default) => StreamAsync(
        Fuse, request.Timeout,
        (key, call, time, token) => grains.GetGrain<IFusionGrain>(key).StreamAsync(request with { Timeout = time, Call = call }, token),
        cancellationToken);

    /// <inheritdoc/>
    public Task<PanelCard[]> GetPanelsAsync(CancellationToken cancellationToken = default) => CallAsync(
        Blend, NextBucket(), PanelsTimeout, (key, _, _, _) => grains.GetGrain<IBlendGrain>(key).PanelsAsync(), cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => watch.Dispose();

    private async Task<T> CallAsync<T>(
        char kind, int bucket, TimeSpan timeout, Func<string, Guid, TimeSpan, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken);
        var (attempt, cause) = (0, "the first silo");
        try
        {
            while (true)
            {
                var (path, id) = (Choose(kind, bucket, ref attempt), Guid.NewGuid());
                try
                {
                    return await watch.CallAsync(path, id, token => call(path[1..], id, deadline.Remaining, token), deadline.Token);
                }
                catch (Exception e) when (IsElsewhere(e) && !deadline.Token.IsCancellationRequested)
                {
                    cause = e.Message;
                }

                await PauseAsync(attempt++, deadline.Token);
            }
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw BlendException.TimedOut("request", timeout, $"{attempt + 1} silos were asked; the last was waiting for {cause}");
        }
    }

    private async IAsyncEnumerable<T> StreamAsync<T>(
        char kind,
        TimeSpan timeout,
        Func<string, Guid, TimeSpan, CancellationToken, IAsyncEnumerable<T>> call,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(timeout, cancellationToken);
        var (stream, path, id) = await OpenAsync(kind, call, deadline);
        try
        {
            do
            {
                yield return stream.Current;
            }
            while (await WatchAsync(deadline, () => watch.CallAsync(path, id, _ => stream.MoveNextAsync().AsTask(), deadline.Token)));
        }
        finally
        {
            await CloseAsync(stream);
        }
    }

    // Up to the first piece a stream can begin again somewhere else.
    private async Task<(IAsyncEnumerator<T> Stream, string Path, Guid Id)> OpenAsync<T>(
        char kind, Func<string, Guid, TimeSpan, CancellationToken, IAsyncEnumerable<T>> call, Deadline deadline)
    {
        var bucket = NextBucket();
        for (var attempt = 0; ; attempt++)
        {
            var (path, id) = (Choose(kind, bucket, ref attempt), Guid.NewGuid());
            var stream = call(path[1..], id, deadline.Remaining, deadline.Token).GetAsyncEnumerator(deadline.Token);
            try
            {
                return await WatchAsync(deadline, () => watch.CallAsync(path, id, _ => stream.MoveNextAsync().AsTask(), deadline.Token))
                    ? (stream, path, id)
                    : throw new BlendException("stream", BlendFailureReason.Empty, "the stream ended before its first piece");
            }
            catch (Exception e)
            {
                await CloseAsync(stream);
                if (!IsElsewhere(e) || deadline.Token.IsCancellationRequested)
                {
                    throw;
                }
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
            throw BlendException.TimedOut("request", deadline.Timeout, "the answer's next piece was missing");
        }
    }

    // A lost silo can't be told that its stream is not wanted any more, and need not be.
    private static async ValueTask CloseAsync<T>(IAsyncEnumerator<T> stream)
    {
        try
        {
            await stream.DisposeAsync().AsTask().WaitAsync(LongestPause);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return;
        }
    }

    private static bool IsElsewhere(Exception e) => e is PathLostException or BlendException { Elsewhere: true };

    private static Task PauseAsync(int attempt, CancellationToken cancellationToken)
    {
        var pause = TimeSpan.FromMilliseconds(20 * Math.Min(attempt, 25));
        return attempt == 0 ? Task.CompletedTask : Task.Delay(pause < LongestPause ? pause : LongestPause, cancellationToken);
    }

    private int NextBucket() => (int)((uint)Interlocked.Increment(ref nextBucket) % Routes.Buckets);

    // Goes past paths known to be lost; where all are, the next one may as well be tried.
    private string Choose(char kind, int bucket, ref int attempt)
    {
        for (var ahead = 0; ahead < 8; ahead++)
        {
            var path = kind + Routes.Key(bucket, attempt + ahead);
            if (!watch.IsLost(path))
            {
                attempt += ahead;
                return path;
            }
        }

        return kind + Routes.Key(bucket, attempt);
    }

    private Task<Guid[]> PulseAsync(string path, Guid[] calls) => path[0] switch
    {
        Blend => grains.GetGrain<IBlendGrain>(path[1..]).PulseAsync(calls),
        Rank => grains.GetGrain<IRankingGrain>(path[1..]).PulseAsync(calls),
        _ => grains.GetGrain<IFusionGrain>(path[1..]).PulseAsync(calls),
    };
}
