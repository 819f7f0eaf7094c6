using System.Collections.Concurrent;

namespace LLMBlender.Client;

/// <summary>
/// Notices lost silos without waiting for membership: every route in use is pinged again and again, and one that stays silent is
/// lost until it answers; so is a call that the silo at its end does not work on. Safe for concurrent use.
/// </summary>
/// <remarks>
/// A slow answer is not a lost silo: grains answer pings at once, whatever they are waiting for. Silence is counted in ticks that
/// found the last ping unanswered; a tick that is late itself does not count, so that neither a pause of this process nor an
/// overloaded machine makes a silo look lost. A false alarm costs a computation twice, never a wrong answer.
/// </remarks>
/// <param name="ping">Pings a grain, and returns those of some calls that its silo does not work on.</param>
/// <param name="timeProvider">Makes the ticks.</param>
public sealed class SiloFailureDetector(Func<GrainId, Guid[], Task<Guid[]>> ping, TimeProvider timeProvider) : IDisposable
{
    /// <summary>Time between two ticks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    /// <summary>Ticks without an answer after which a route is lost: 1.6 to 2 seconds after its silo died.</summary>
    public const int SilentTicks = 5;

    // An unused route is pinged a little longer, so that the next request knows beforehand.
    private const int IdleTicks = 25;

    private readonly ConcurrentDictionary<GrainId, MonitoredRoute> routes = new();
    private readonly Lock gate = new();
    private ITimer? timer;
    private long lastTick;
    private bool disposed;

    /// <summary>A detector that pings grains by <see cref="IPingExtension"/>.</summary>
    /// <param name="grains">Makes references to grains.</param>
    /// <param name="timeProvider">Makes the ticks.</param>
    public SiloFailureDetector(IGrainFactory grains, TimeProvider timeProvider)
        : this((grain, calls) => grains.GetGrain<IPingExtension>(grain).PingAsync(calls), timeProvider)
    {
    }

    /// <summary>Whether a grain's silo is lost at the moment.</summary>
    public bool IsLost(GrainId grain) => routes.TryGetValue(grain, out var route) && route.IsLost;

    /// <summary>Calls a grain, and gives the call up when its route or the call itself is lost.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="id">The call's id.</param>
    /// <param name="call">Makes the call; its token is cancelled when the call is lost.</param>
    /// <param name="cancellationToken">The caller's own.</param>
    /// <exception cref="RouteLostException">It was lost, or the runtime reports that the silo can't be reached.</exception>
    public async Task<T> CallAsync<T>(GrainId grain, Guid id, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var monitored = new MonitoredCall(id);
        var route = Enter(grain, monitored);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, monitored.Lost);
            CallId.Current = id;
            var answer = call(either.Token);
            try
            {
                return await answer.WaitAsync(either.Token);
            }
            catch (Exception e) when (MonitoredRoute.Explains(e, monitored, cancellationToken))
            {
                throw new RouteLostException(grain, e);
            }
            finally
            {
                Observe(answer);
            }
        }
        finally
        {
            route.Leave(monitored);
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

    // An abandoned call may still fail, or have failed since; its exception must not stay unobserved.
    private static void Observe(Task answer)
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

    private MonitoredRoute Enter(GrainId grain, MonitoredCall call)
    {
        EnsureTicking();
        while (true)
        {
            var route = routes.GetOrAdd(grain, static id => new MonitoredRoute(id));
            if (route.TryEnter(call))
            {
                return route;
            }

            routes.TryRemove(KeyValuePair.Create(grain, route));
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
                    timer ??= timeProvider.CreateTimer(_ => Tick(), null, Interval, Interval);
                }
            }
        }
    }

    private void Tick()
    {
        var before = Interlocked.Exchange(ref lastTick, timeProvider.GetTimestamp());
        if (before != 0 && timeProvider.GetElapsedTime(before) > 1.5 * Interval)
        {
            return;
        }

        foreach (var (id, route) in routes)
        {
            if (route.Tick(SilentTicks, IdleTicks, out var wantsPing))
            {
                routes.TryRemove(KeyValuePair.Create(id, route));
            }
            else if (wantsPing)
            {
                _ = PingAsync(route);
            }
        }
    }

    private async Task PingAsync(MonitoredRoute route)
    {
        var calls = route.Calls;
        try
        {
            route.Answered(calls, await Task.Run(() => ping(route.Grain, calls)));
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            route.Failed();
        }
    }
}
