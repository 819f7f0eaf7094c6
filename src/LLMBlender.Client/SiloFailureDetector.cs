using System.Collections.Concurrent;

namespace LLMBlender.Client;

/// <summary>
/// Detects lost silos faster than the membership protocol: every route in use is pinged periodically, and a route that does not reply
/// is lost until it does. A call that its silo does not execute is lost as well. Thread-safe.
/// </summary>
/// <remarks>
/// A slow call does not mean a lost silo: grains reply to pings immediately, even while calls wait. A tick counts as missed if the last
/// ping has no reply yet; late ticks do not count, so neither a pause of this process nor an overloaded machine makes a silo appear
/// lost. A false positive repeats a computation; the result is the same.
/// </remarks>
/// <param name="ping">Pings a grain with call ids, and returns the ids that its silo does not execute.</param>
/// <param name="timeProvider">The clock of the ticks.</param>
public sealed class SiloFailureDetector(Func<GrainId, Guid[], Task<Guid[]>> ping, TimeProvider timeProvider) : IDisposable
{
    /// <summary>The interval between two ticks.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    /// <summary>The number of missed ticks after which a route is lost: 1.6 to 2 seconds after its silo stops.</summary>
    public const int SilentTicks = 5;

    // Unused routes are pinged for 10 s, so that the state is known before the next request.
    private const int IdleTicks = 25;

    private readonly ConcurrentDictionary<GrainId, MonitoredRoute> routes = new();
    private readonly Lock gate = new();
    private ITimer? timer;
    private long lastTick;
    private bool disposed;

    /// <summary>Creates a detector that pings grains with <see cref="IPingExtension"/>.</summary>
    /// <param name="grains">The grain factory.</param>
    /// <param name="timeProvider">The clock of the ticks.</param>
    public SiloFailureDetector(IGrainFactory grains, TimeProvider timeProvider)
        : this((grain, calls) => grains.GetGrain<IPingExtension>(grain).PingAsync(calls), timeProvider)
    {
    }

    /// <summary>Returns whether a grain's silo is currently lost.</summary>
    public bool IsLost(GrainId grain) => routes.TryGetValue(grain, out var route) && route.IsLost;

    /// <summary>Calls a grain, and cancels the call if its route or the call itself is lost.</summary>
    /// <param name="grain">The grain.</param>
    /// <param name="id">The call's id.</param>
    /// <param name="call">Executes the call; its token is cancelled if the call is lost.</param>
    /// <param name="cancellationToken">The caller's token.</param>
    /// <exception cref="RouteLostException">The call was lost, or the runtime reports that the silo is unreachable.</exception>
    public async Task<T> CallAsync<T>(GrainId grain, Guid id, Func<CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        using var monitored = new MonitoredCall(id);
        var route = Enter(grain, monitored);
        try
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, monitored.Lost);
            CallId.Current = id;
            try
            {
                return await call(either.Token).Observed().WaitAsync(either.Token);
            }
            catch (Exception e) when (MonitoredRoute.IsRouteFailure(e, monitored, cancellationToken))
            {
                throw new RouteLostException(grain, e);
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

                // The timer outlives the request that starts it, so it must not capture its execution context.
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
