namespace LLMBlender.LocalCluster;

/// <summary>The processes of a run: what serves, what is before it, and what watches.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private static readonly string[] Roles = ["gateway", "gateway", "blend,fuse", "blend,fuse", "compare", "compare", "compare"];
    private readonly string program;
    private readonly string folder;
    private readonly int redisPort = Child.FreePort();
    private readonly Child redis;
    private readonly Balancer balancer = new();
    private readonly Collector collector = new();
    private readonly List<Server> servers = [];
    private readonly List<Server> former = [];
    private int started;

    private Cluster(string program, string folder, string rules)
    {
        (this.program, this.folder) = (program, folder);
        redis = Child.Start("redis", "redis-server", "--port", $"{redisPort}", "--bind", "127.0.0.1", "--save", "", "--dir", folder);
        Watch = Watch.Start(folder, rules);
    }

    /// <summary>Where clients ask.</summary>
    public int Port => balancer.Port;

    public Watch Watch { get; }

    /// <summary>The servers that run.</summary>
    public IReadOnlyList<Server> Servers => servers;

    /// <summary>All servers, those too that have ended.</summary>
    public IEnumerable<Server> All => former.Concat(servers);

    /// <summary>Starts it all.</summary>
    public static async Task<Cluster> StartAsync(string program, string folder, string rules)
    {
        var cluster = new Cluster(program, folder, rules);
        await using (var secrets = Child.Start("secrets", program, "secrets", "--to", Path.Combine(folder, "secrets")))
        {
            await secrets.WhenDoneAsync();
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "serve.json"), """{"LLMBlender":{"Discover":false,"Gateway":{"LeaveTime":"00:00:10"}}}""");

        // Silos first: a gateway is ready once one of them blends.
        foreach (var role in Roles.Reverse())
        {
            await cluster.AddAsync(role, waits: role != "compare");
        }

        await cluster.TellAsync();
        return cluster;
    }

    /// <summary>Replaces a server as an orchestrator does: another comes up, and the old one drains. No request is to notice.</summary>
    public async Task ReplaceAsync(Server server)
    {
        // Silos that compare go first: no accelerator is kept free for a second one.
        if (server.Role == "compare")
        {
            await RemoveAsync(server);
            await AddAsync(server.Role);
        }
        else
        {
            await AddAsync(server.Role);
            await RemoveAsync(server);
        }

        await TellAsync();
    }

    /// <summary>Takes a server out, and waits until it has drained and ended.</summary>
    public async Task RemoveAsync(Server server)
    {
        servers.Remove(server);
        if (server.Role == "gateway")
        {
            // As from an endpoint list. Its open connections remain, and it ends them itself before it stops.
            balancer.PassTo(Gateways);
        }

        var code = await server.EndAsync();
        former.Add(server);
        await TellAsync();
        if (code != 0)
        {
            throw new InvalidOperationException($"{server.Child.Name} ended with {code}:\n{server.Child.Log}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        balancer.Dispose();
        foreach (var server in servers)
        {
            await server.DisposeAsync();
        }

        await Watch.DisposeAsync();
        await redis.DisposeAsync();
        collector.Dispose();
    }

    private IEnumerable<Server> Gateways => servers.Where(server => server.Role == "gateway");

    /// <summary>Adds a server, and returns it.</summary>
    public async Task<Server> JoinAsync(string role)
    {
        var server = await AddAsync(role);
        await TellAsync();
        return server;
    }

    /// <summary>The traces of requests to a path that the collector has.</summary>
    public int TracesOf(string path) => collector.TracesOf(path);

    /// <summary>Waits until the collector has a trace of each answer, or for the time in which processes send what they have several times over.</summary>
    public async Task WhenTracedAsync(Tally tally)
    {
        for (var i = 0; i < 200 && tally.Answered.Any(entry => TracesOf(entry.Key) < entry.Value); i++)
        {
            await Task.Delay(100);
        }
    }

    private async Task<Server> AddAsync(string role, bool waits = true)
    {
        var server = await Server.StartAsync(program, role, $"127.0.0.1:{redisPort}", Path.Combine(folder, "serve.json"), ++started, collector, waits);
        servers.Insert(0, server);
        return server;
    }

    private async Task TellAsync()
    {
        balancer.PassTo(Gateways);
        await Watch.OverAsync(servers);
    }
}
