using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LLMBlender.Cli.Serving;

/// <summary>
/// Limits HTTP connections, so that file descriptors remain for backends, Redis, other silos and the runtime. Near the limit, a new
/// connection replaces the one that has been idle longest; a connection that sends nothing is closed after a short time. Thread-safe.
/// </summary>
/// <param name="descriptors">The process's limit of file descriptors.</param>
internal sealed class ConnectionLimit(int descriptors)
{
    /// <summary>The limit of descriptors below which a start is logged as a warning.</summary>
    public const int FewDescriptors = 1024;

    private const int MinReserve = 256;
    private const int MinConnections = 16;
    private const int MostConnections = 100_000;

    // The share of the limit above which idle connections are closed. The rest is for connections that are being closed.
    private const double IdleShare = 0.9;

    private static readonly TimeSpan FirstByteTime = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan HeadersTime = TimeSpan.FromSeconds(15);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Entry> entries = [];
    private readonly LinkedList<Entry> idle = [];

    /// <summary>The maximum number of connections.</summary>
    public int MaxConnections { get; } = Math.Clamp(descriptors - Math.Max(MinReserve, descriptors / 4), MinConnections, MostConnections);

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

    /// <summary>Applies the limit to a server's endpoints.</summary>
    public void AddTo(KestrelServerOptions server)
    {
        server.Limits.MaxConcurrentConnections = MaxConnections;
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
        Add(entry)?.Abort();
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
        }
    }

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

    // Returns the connection to close.
    private ConnectionContext? Add(Entry entry)
    {
        lock (gate)
        {
            entries[entry.Connection.ConnectionId] = entry;
            idle.AddLast(entry.Place);
            if (entries.Count <= IdleShare * MaxConnections || idle.First is not { } oldest || oldest == entry.Place)
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
