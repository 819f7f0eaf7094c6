using System.Diagnostics;
using System.Net;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>A real Redis Cluster: three primaries on ports of their own, and as many replicas of each as wanted.</summary>
internal sealed class RedisCluster : IAsyncDisposable
{
    private const int Primaries = 3;

    // How many milliseconds a node may be silent before its replica takes its place. Redis' default of 15 s only makes tests slower.
    private const string NodeTimeout = "1000";

    private readonly Dictionary<RedisServer, int> busPorts = [];

    public IReadOnlyCollection<RedisServer> Servers => busPorts.Keys;

    /// <summary>The nodes' addresses with commas between, as <c>--redis</c> takes them.</summary>
    public string Address => string.Join(',', Servers.Select(static server => server.Address));

    /// <summary>Starts the nodes, and waits until each serves all slots.</summary>
    public async Task StartAsync(int replicas = 0)
    {
        for (var i = 0; i < Primaries * (1 + replicas); i++)
        {
            // By default the bus has the port 10,000 above the node's, which a free port may not leave room for.
            busPorts.Add(new RedisServer(), FreePort.Next());
        }

        await Task.WhenAll(Servers.Select(StartAsync));
        using var create = Process.Start(new ProcessStartInfo(
            "redis-cli", ["--cluster", "create", .. Servers.Select(static server => server.Address), "--cluster-replicas", $"{replicas}", "--cluster-yes"])
        {
            RedirectStandardOutput = true,
        })!;
        var output = await create.StandardOutput.ReadToEndAsync();
        await create.WaitForExitAsync();
        Assert.True(create.ExitCode == 0, output);
        await WhenWholeAsync();
    }

    /// <summary>Kills every node.</summary>
    public Task KillAsync() => Task.WhenAll(Servers.Select(static server => server.KillAsync()));

    /// <summary>Starts every node again with what it had written down.</summary>
    public async Task RestartAsync()
    {
        await Task.WhenAll(Servers.Select(StartAsync));
        await WhenWholeAsync();
    }

    /// <summary>Kills the primary that holds a key, and waits until a replica has taken its place.</summary>
    /// <returns>The killed node.</returns>
    public async Task<RedisServer> FailPrimaryAsync(string key)
    {
        var failed = await PrimaryAsync(Servers.First(), key);
        await failed.KillAsync();
        var other = Servers.First(server => server != failed);
        await Until.IsSoAsync(async () => await PrimaryAsync(other, key) != failed, $"a replica takes the place of {failed.Address}");
        return failed;
    }

    /// <summary>Starts a killed node again, and waits until it is a replica with its primary's data.</summary>
    public async Task RejoinAsync(RedisServer failed)
    {
        await StartAsync(failed);
        await WhenWholeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            await server.DisposeAsync();
        }
    }

    private Task StartAsync(RedisServer server) => server.StartAsync(
        "--cluster-enabled", "yes", "--cluster-port", $"{busPorts[server]}", "--cluster-config-file", "nodes.conf", "--cluster-node-timeout", NodeTimeout);

    private async Task WhenWholeAsync()
    {
        foreach (var server in Servers)
        {
            await Until.IsSoAsync(
                () => server.UseAsync(async (_, node) => $"{await node.ExecuteAsync("CLUSTER", "INFO")}".Contains("cluster_state:ok", StringComparison.Ordinal)
                    && !(await node.InfoRawAsync("replication"))!.Contains("master_link_status:down", StringComparison.Ordinal)),
                $"{server.Address} serves all slots");
        }
    }

    private Task<RedisServer> PrimaryAsync(RedisServer asked, string key) => asked.UseAsync(async (_, node) =>
    {
        var port = ((IPEndPoint)(await node.ClusterNodesAsync())!.GetBySlot(key)!.EndPoint!).Port;
        return Servers.Single(server => server.Port == port);
    });
}
