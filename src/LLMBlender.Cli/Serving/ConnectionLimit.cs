using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LLMBlender.Cli.Serving;

/// <summary>
/// Limits HTTP connections, so that file descriptors remain for backends, Redis, other silos and the runtime. At the limit, a
/// new connection replaces the one that has been idle longest; a connection that sends nothing is closed after a short time. Thread-safe.
/// </summary>
/// <param name="descriptors">The process's limit of file descriptors.</param>
internal sealed class ConnectionLimit(int descriptors) : IDisposable
{
    /// <summary>The limit of descriptors below which a start is logged as a warning.</summary>
    public const int FewDescriptors = 1024;

    // An idle process of all roles has about 310 descriptors.
    private const int MinReserve = 384;
    private const int MinConnections = 16;
    private const int MostConnections = 100_000;

    private static readonly TimeSpan FirstByteTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeadersTime = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = [];
    private readonly LinkedList<Entry> idle = [];
    private readonly SemaphoreSlim free = new(MaxConnectionsOf(descriptors));
    private int waiting;

    /// <summary>The maximum number of connections. Further ones wait in the system's queue.</summary>
    public int MaxConnections { get; } = MaxConnectionsOf(descriptors);

    /// <summary>The process's limit of file descriptors.</summary>
    public int Descriptors => descriptors;

    /// <summary>Reads this process's limit of file descriptors; a large number where the system has none.</summary>
    public static int ReadDescriptors()
    {
        const string Name = "Max open files";
        const string Limits = "/proc/self/limits";
        var line = File.Exists(Limits) ? File.ReadLines(Limits).FirstOrDefault(static line => line.StartsWith(Name, StringComparison.Ordinal)) : null;
        return line is not null && int.TryParse(line[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var limit)
            ? limit
            : int.MaxValue;
    }

    /// <summary>Waits until a connection may be accepted; the connection that has been idle longest is closed for it.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        if (free.Wait(0, CancellationToken.None))
        {
            return;
        }

        Interlocked.Increment(ref waiting);
        try
        {
            TakeIdle()?.Abort();
            await free.WaitAsync(cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref waiting);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => free.Dispose();

    /// <summary>Ends a wait whose connection was not accepted.</summary>
    public void Release() => free.Release();

    /// <summary>Applies the limit to a server's endpoints.</summary>
    public void AddTo(KestrelServerOptions server)
    {
        server.Limits.RequestHeadersTimeout = HeadersTime;
        server.ConfigureEndpointDefaults(endpoint => endpoint.Use(next => connection => RunAsync(connection, next)));
    }

    /// <summary>Runs a request; its connection is not idle meanwhile.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var entry = Begin(context.Connection.Id);
        try
        {
            await next(context);
        }
        finally
        {
            End(entry);
        }
    }

    private async Task RunAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var entry = new Entry(connection);
        Add(entry);
        try
        {
            if (await SendsAsync(connection))
            {
                await next(connection);
            }
        }
        finally
        {
            Remove(entry);
            Release();
        }
    }

    private static int MaxConnectionsOf(int descriptors) => Math.Clamp(descriptors - Math.Max(MinReserve, descriptors / 4), MinConnections, MostConnections);

    // Whether the client sends anything in time.
    private static async Task<bool> SendsAsync(ConnectionContext connection)
    {
        using var time = new CancellationTokenSource(FirstByteTime);
        try
        {
            var read = await connection.Transport.Input.ReadAsync(time.Token);
            connection.Transport.Input.AdvanceTo(read.Buffer.Start);
            return !read.Buffer.IsEmpty;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return false;
        }
    }

    private void Add(Entry entry)
    {
        lock (gate)
        {
            entries[entry.Connection.ConnectionId] = entry;
            idle.AddLast(entry.Place);
        }
    }

    // The connection that has been idle longest; null if none is idle.
    private ConnectionContext? TakeIdle()
    {
        lock (gate)
        {
            if (idle.First is not { } oldest)
            {
                return null;
            }

            idle.Remove(oldest);
            return oldest.Value.Connection;
        }
    }

    private Entry? Begin(string connection)
    {
        lock (gate)
        {
            if (!entries.TryGetValue(connection, out var entry))
            {
                return null;
            }

            if (entry.Requests++ == 0 && entry.Place.List is not null)
            {
                idle.Remove(entry.Place);
            }

            return entry;
        }
    }

    private void End(Entry? entry)
    {
        lock (gate)
        {
            if (entry is not null && --entry.Requests == 0 && entries.ContainsKey(entry.Connection.ConnectionId))
            {
                idle.AddLast(entry.Place);
            }
        }

        // Closes the connection after the response, for one that waits.
        if (entry is not null && Volatile.Read(ref waiting) > 0)
        {
            entry.Connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    private void Remove(Entry entry)
    {
        lock (gate)
        {
            entries.Remove(entry.Connection.ConnectionId);
            if (entry.Place.List is not null)
            {
                idle.Remove(entry.Place);
            }
        }
    }

    private sealed class Entry
    {
        public Entry(ConnectionContext connection) => (Connection, Place) = (connection, new LinkedListNode<Entry>(this));

        public ConnectionContext Connection { get; }

        public LinkedListNode<Entry> Place { get; }

        public int Requests { get; set; }
    }
}
