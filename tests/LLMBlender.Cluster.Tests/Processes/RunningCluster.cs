namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>
/// A cluster of processes that meet in a real Redis: a gateway, two silos that blend, two that compare. Started once for all
/// tests of a class; each test leaves it whole, or <see cref="HealAsync"/> makes it so.
/// </summary>
public sealed class RunningCluster : IAsyncLifetime
{
    private static readonly string[] Roles = ["gateway", "blend,fuse", "blend,fuse", "compare", "compare"];

    private readonly ServeProcess[] processes = new ServeProcess[Roles.Length];
    private readonly List<ServeProcess> former = [];
    private readonly string id = $"test-{Guid.NewGuid():N}";

    internal RedisServer Redis { get; } = new();

    internal ServeProcess Gateway => processes[0];

    internal IReadOnlyList<ServeProcess> Blending => processes[1..3];

    internal IReadOnlyList<ServeProcess> Comparing => processes[3..5];

    /// <summary>Every process that has been part of it.</summary>
    internal IEnumerable<ServeProcess> Everyone => [.. former, .. processes];

    public async ValueTask InitializeAsync()
    {
        if (!RedisServer.IsInstalled)
        {
            return;
        }

        await Redis.StartAsync();
        for (var i = 0; i < processes.Length; i++)
        {
            processes[i] = Start(Roles[i]);
        }

        await WhenWholeAsync();
    }

    /// <summary>Starts another process instead of one that has ended.</summary>
    internal async Task HealAsync()
    {
        for (var i = 0; i < processes.Length; i++)
        {
            if (processes[i].Process.HasExited)
            {
                former.Add(processes[i]);
                processes[i] = Start(Roles[i]);
            }
        }

        await WhenWholeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Everyone.Where(process => process is not null))
        {
            await process.DisposeAsync();
        }

        await Redis.DisposeAsync();
    }

    private ServeProcess Start(string role) => ServeProcess.Start(role, "--redis", Redis.Address, "--cluster-id", id);

    private async Task WhenWholeAsync()
    {
        foreach (var process in processes)
        {
            await process.WhenReadyAsync();
        }

        using var http = new HttpClient { BaseAddress = Gateway.Url };
        await Until.IsSoAsync(
            async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "the gateway is ready");
    }
}
