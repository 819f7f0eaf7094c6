namespace LLMBlender.LocalCluster;

/// <summary>A process of <c>llmblender serve</c>.</summary>
internal sealed class Server(string role, int number, Child child, Collector collector) : IAsyncDisposable
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(60) };

    public string Role => role;

    public Child Child => child;

    /// <summary>Where it serves HTTP, as "127.0.0.1:PORT".</summary>
    public string Address { get; private set; } = "";

    /// <summary>What it last said of itself.</summary>
    public Samples Samples { get; private set; } = new();

    /// <summary>Starts one, and waits until it serves.</summary>
    /// <param name="program">The program.</param>
    /// <param name="role">Its roles.</param>
    /// <param name="redis">The cluster's Redis.</param>
    /// <param name="config">Its configuration file.</param>
    /// <param name="number">What it is called beside its role.</param>
    /// <param name="collector">Where it sends its last metrics.</param>
    /// <param name="waits">Whether it is waited for until it should get requests, too.</param>
    public static async Task<Server> StartAsync(string program, string role, string redis, string config, int number, Collector collector, bool waits)
    {
        var child = Child.Start(
            $"{role} {number}", collector.Environment(number), program, "serve", "--role", role, "--urls", "http://127.0.0.1:0", "--redis", redis, "--config", config, "--cluster-id", "local",
            "--cluster-key", Path.Combine(Path.GetDirectoryName(config)!, "secrets", "cluster.key"), "--cluster-tls", Path.Combine(Path.GetDirectoryName(config)!, "secrets"));
        var server = new Server(role, number, child, collector);
        server.Address = new Uri((await child.FirstLine).Split(' ')[1]).Authority;
        while (waits && !await server.IsReadyAsync())
        {
            await Task.Delay(100);
        }

        return server;
    }

    /// <summary>Asks what it has counted.</summary>
    public async Task ScrapeAsync() => Samples = Samples.Read(await Http.GetStringAsync(new Uri($"http://{Address}/metrics")));

    /// <summary>How much of its role's work it has done: requests, rankings, or shards of comparisons.</summary>
    public async Task<double> WorkAsync()
    {
        await ScrapeAsync();
        return role switch
        {
            "gateway" => Samples.Sum("http_server_request_duration_seconds_count", "http_request_method=\"POST\""),
            "compare" => Samples.Sum("llmblender_comparison_latency_seconds_count"),
            _ => Samples.Sum("llmblender_ranking_duration_seconds_count"),
        };
    }

    /// <summary>Asks it to end, waits until it has, and hears what it had counted by then.</summary>
    public async Task<int> EndAsync()
    {
        var code = await child.EndAsync();
        Samples = collector.Last(number) ?? Samples;
        return code;
    }

    public ValueTask DisposeAsync() => child.DisposeAsync();

    private async Task<bool> IsReadyAsync()
    {
        using var response = await Http.GetAsync(new Uri($"http://{Address}/health/ready"));
        return response.IsSuccessStatusCode;
    }
}
