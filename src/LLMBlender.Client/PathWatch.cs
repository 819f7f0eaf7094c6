using System.Collections.Concurrent;

namespace LLMBlender.Client;

/// <summary>
/// Notices lost silos without waiting for membership: every path in use is asked for a pulse again and again, and one that
/// stays silent is lost until it answers; so is a call that the path's end knows nothing of. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A slow answer is not a lost silo: grains answer a pulse at once, whatever they are waiting for. Silence is counted in
/// ticks that found the last pulse unanswered, and a tick that comes late itself doesn't count, so that neither a pause of
/// this process nor an overloaded machine blames anybody.
/// A false alarm costs a computation twice, never a wrong answer.
/// </remarks>
/// <param name="pulse">Asks a path for its pulse, and which of some calls it is not working on.</param>
/// <param name="clock">What the ticks come from.</param>
public sealed class PathWatch(Func<string, Guid[], Task<Guid[]>> pulse, TimeProvider clock) : IDisposable
{
    /// <summary>Time between two ticks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    /// <summary>Ticks without an answer after which a path is lost: 1.6 to 2 seconds after its silo died.</summary>
    public const int SilentTicks = 5;

    // A path nobody uses is watched a little longer, so that the next request knows beforehand.
    private const int IdleTicks = 25;

    private readonly ConcurrentDictionary<string, WatchedPath> paths = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private ITimer? timer;
    private long lastTick;
    private bool disposed;

    /// <summary>Whether the path is known to be lost at the moment.</summary>
    public bool IsLost(string path) => paths.TryGetValue(path, out var watched) && watched.IsLost;

    /// <summary>Makes a call over a path, and gives it up when the path or the call is lost.</summary>
    /// <param name="path">The path that the call takes.</param>
    /// <param name="id">How pulses name the call.</param>
    /// <param name="call">Makes the call; its token ends when it is lost.</param>
    /// <param name="cancellationToken">Ends the call for the caller's own reasons.</param>
    /// <exception cref="PathLostException">It was lost, or the runtime said that the silo can't be reached.</exception>
    public async Task<T> CallAsync<T>(string path, Guid id, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var watched = new WatchedCall(id);
        var way = Enter(path, watched);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, watched.Lost);
            var answer = call(either.Token);
            try
            {
                return await answer.WaitAsync(either.Token);
            }
            catch (Exception e) when (WatchedPath.Explains(e, watched, cancellationToken))
            {
                throw new PathLostException(path, e);
            }
            finally
            {
                Forget(answer);
            }
        }
        finally
        {
            way.Leave(watched);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (gate)
        {
            disposed = true;
            timer?.Dispose();
        }
    }

    // An answer that nobody waits for any more may still fail, or have failed since it was given up; nobody wants to hear of it.
    private static void Forget(Task answer)
    {
        if (!answer.IsCompletedSuccessfully)
        {
            answer.ContinueWith(
                static late => _ = late.Exception,
                CancellationToken.None,
                TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
                TaskScheduler.Default);
        }
    }

    private WatchedPath Enter(string path, WatchedCall call)
    {
        EnsureTicking();
        while (true)
        {
            var watched = paths.GetOrAdd(path, static name => new WatchedPath(name));
            if (watched.TryEnter(call))
            {
                return watched;
            }

            paths.TryRemove(KeyValuePair.Create(path, watched));
        }
    }

    private void EnsureTicking()
    {
        if (timer is null)
        {
            lock (gate)
            {
                ObjectDisposedException.ThrowIf(disposed, this);

                // The timer outlives the request that starts it, and must not carry its context along.
                using (ExecutionContext.SuppressFlow())
                {
                    timer ??= clock.CreateTimer(_ => Tick(), null, Interval, Interval);
                }
            }
        }
    }

    private void Tick()
    {
        var before = Interlocked.Exchange(ref lastTick, clock.GetTimestamp());
        if (before != 0 && clock.GetElapsedTime(before) > 1.5 * Interval)
        {
            return;
        }

        foreach (var (name, watched) in paths)
        {
            if (watched.Tick(SilentTicks, IdleTicks, out var wantsPulse))
            {
                paths.TryRemove(KeyValuePair.Create(name, watched));
            }
            else if (wantsPulse)
            {
                _ = PulseAsync(watched);
            }
        }
    }

    private async Task PulseAsync(WatchedPath watched)
    {
        var calls = watched.Calls;
        try
        {
            watched.Answered(calls, await Task.Run(() => pulse(watched.Name, calls)));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            watched.Failed();
        }
    }
}
