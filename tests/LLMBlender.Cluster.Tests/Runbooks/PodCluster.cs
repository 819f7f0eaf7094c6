using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Cluster.Tests.Runbooks;

/// <summary>A cluster whose processes have the names of pods, with mutual TLS, and with a user of Redis that has no more rights than deploy/README.md gives it.</summary>
/// <param name="id">The cluster's id.</param>
/// <param name="secrets">The folder of its certificates.</param>
internal sealed class PodCluster(string id, string secrets) : IAsyncDisposable
{
    private readonly Dictionary<string, ServeProcess> pods = [];
    private int started;

    /// <summary>What the secret of Redis says.</summary>
    public string RedisConfiguration { get; set; } = "";

    /// <summary>The pods.</summary>
    public IEnumerable<string> Names => [.. pods.Keys];

    /// <summary>The pods' processes.</summary>
    public IEnumerable<ServeProcess> Processes => pods.Values;

    /// <summary>The gateway.</summary>
    public ServeProcess Gateway => pods.First(static pod => pod.Key.Contains("gateway", StringComparison.Ordinal)).Value;

    /// <summary>The process of a pod.</summary>
    public ServeProcess Pod(string name) => pods.TryGetValue(name, out var process) ? process : throw new ArgumentException($"there is no pod {name}", nameof(name));

    /// <summary>Starts it.</summary>
    public async Task StartAsync()
    {
        foreach (var role in (string[])["compare", "compare", "blend,fuse", "blend,fuse", "gateway"])
        {
            await AddAsync(role);
        }
    }

    /// <summary>Ends a pod, and starts another in its place.</summary>
    public async Task ReplaceAsync(string name)
    {
        var process = Pod(name);
        if (process.Role != "compare")
        {
            await AddAsync(process.Role);
        }

        pods.Remove(name);
        var code = await process.TerminateAsync();
        await process.DisposeAsync();
        if (process.Role == "compare")
        {
            await AddAsync(process.Role);
        }

        Assert.True(code == 0, $"{name} ended with {code}");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in pods.Values)
        {
            await process.DisposeAsync();
        }
    }

    private async Task AddAsync(string role)
    {
        var process = ServeProcess.Start(
            role, new Dictionary<string, string> { ["LLMBLENDER_REDIS"] = RedisConfiguration }, "--cluster-id", id, "--cluster-tls", secrets, "--cluster-key", Path.Combine(secrets, "cluster.key"));
        pods.Add($"trial-llmblender-{role.Replace(',', '-')}-{++started}", process);
        await process.WhenReadyAsync();
        if (role == "compare")
        {
            return;
        }

        using var http = new HttpClient { BaseAddress = process.Url };
        await Until.IsSoAsync(async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, $"{role} is ready");
    }
}
