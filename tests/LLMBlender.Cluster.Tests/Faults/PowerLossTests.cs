using System.Diagnostics;
using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>All processes end at once, and Redis keeps a register in which all of them are alive.</summary>
public sealed class PowerLossTests : IAsyncLifetime
{
    private static readonly string[] Roles = ["gateway", "blend,fuse", "blend,fuse", "compare", "compare"];
    // Of Orleans' check that a joining silo reaches all members.
    private const string Unanswered = "Failed to get ping responses";
    private const int MostAttempts = 8;
    private readonly string id = $"power-{Guid.NewGuid():N}";
    private readonly RedisServer redis = new();
    private readonly List<ServeProcess> all = [];

    public async ValueTask InitializeAsync()
    {
        if (RedisServer.IsInstalled)
        {
            await redis.StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in all)
        {
            await process.DisposeAsync();
        }

        await redis.DisposeAsync();
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Cluster_ThatLostAllItsProcesses_DoesNotWaitForTheDead()
    {
        var first = Stopwatch.GetTimestamp();
        var lost = Start();
        await ServesAsync(lost[0], "before");
        var fresh = Stopwatch.GetElapsedTime(first);
        await Task.WhenAll(lost.Select(static process => process.KillAsync()));

        var again = Stopwatch.GetTimestamp();
        var processes = Start();
        await ServesAsync(processes[0], "after");
        TestContext.Current.SendDiagnosticMessage(
            $"started in {fresh.TotalSeconds:0.0} s, and after the loss of all processes in {Stopwatch.GetElapsedTime(again).TotalSeconds:0.0} s");

        // An attempt waits for two seconds. Until votes or 90 seconds of silence have removed the dead, there would be about forty.
        Assert.All(processes, static process => Assert.InRange(process.Log.Count(static line => line.Contains(Unanswered, StringComparison.Ordinal)), 0, MostAttempts));
    }

    private ServeProcess[] Start()
    {
        ServeProcess[] processes = [.. Roles.Select(role => ServeProcess.Start(role, "--redis", redis.Address, "--cluster-id", id))];
        all.AddRange(processes);
        return processes;
    }

    private static async Task ServesAsync(ServeProcess gateway, string about)
    {
        await gateway.WhenReadyAsync();
        using var client = new RankingClient(gateway.Url);
        using var http = new HttpClient { BaseAddress = gateway.Url };
        await Until.IsSoAsync(async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "the gateway is ready");
        await client.RankAsync(Question.Short(about));
    }
}
