using System.Diagnostics;
using System.Net;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>
/// A cluster in the middle of an upgrade that changed a method of a grain interface: processes of both releases meet in one Redis. Calls of the new one go only to silos that
/// know the method, those of the old one to both, and none fails.
/// </summary>
public sealed class MixedReleaseTests : IAsyncLifetime
{
    private const int Asked = 60;
    private const string Rankings = "llmblender_ranking_duration_seconds_count";
    private readonly string id = $"mixed-{Guid.NewGuid():N}";
    private readonly RedisServer redis = new();
    private readonly List<ServeProcess> processes = [];
    private NextRelease next = null!;

    public async ValueTask InitializeAsync()
    {
        if (RedisServer.IsInstalled)
        {
            next = new NextRelease();
            await redis.StartAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        await redis.DisposeAsync();
        next?.Dispose();
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Upgrade_ThatChangesAMethod_SendsCallsOnlyToSilosThatKnowIt()
    {
        await StartAsync(null, "compare");
        var oldBlend = await StartAsync(null, "blend,fuse");
        var oldGateway = await StartAsync(null, "gateway");
        await WhenReadyAsync(oldGateway);

        // A gateway of the new release waits for a silo that it can call.
        var newGateway = await StartAsync(next.Path, "gateway");
        Assert.Equal((503, "no silo of the cluster blends"), await ReadyAsync(newGateway));
        var newBlend = await StartAsync(next.Path, "blend,fuse", "--gateway-port", $"{FreePort.Next()}");
        await WhenReadyAsync(newGateway);

        var (ofOld, ofNew) = await RankAsync(newGateway, [oldBlend, newBlend]);
        Assert.Equal((0, Asked), (ofOld, ofNew));
        (ofOld, ofNew) = await RankAsync(oldGateway, [oldBlend, newBlend]);
        Assert.Equal(Asked, ofOld + ofNew);
        Assert.True(ofOld > 0 && ofNew > 0, $"the old gateway's rankings went to {ofOld} old and {ofNew} new");

        // A client of the old release that is connected to the new silo, the only one with a port for clients.
        using var folder = new TemporaryFolder();
        var from = folder.Write("records.jsonl", string.Join('\n', Enumerable.Range(0, Asked).Select(static i => Question.Short($"client {i}").ToString())));
        var outcome = await Outcome.OfAsync(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "llmblender.dll"), "rank", "--from", from, "--to", "-", "--cluster", $"{redis.Address},{id}"]),
            Until.Patience);
        Assert.True(outcome.Code == 0, outcome.Error);

        // The old silo leaves, as the upgrade goes on.
        await using (var load = await Load.StartAsync(oldGateway.Url))
        {
            Assert.Equal(0, await oldBlend.TerminateAsync());
            await load.WhenAnsweredMoreAsync(3 * Form.Margin);
            await load.EndWithoutFailureAsync("the last silo of the old release left");
        }

        Assert.Equal((200, "ok"), await ReadyAsync(oldGateway));
        Assert.Equal(0, await newBlend.TerminateAsync());
        await Until.IsSoAsync(async () => await ReadyAsync(newGateway) == (503, "no silo of the cluster blends"), "the new gateway has no silo to call");
    }

    private async Task<ServeProcess> StartAsync(string? program, string role, params string[] more)
    {
        string[] args = ["--redis", redis.Address, "--cluster-id", id, .. more];
        var process = program is null ? ServeProcess.Start(role, args) : ServeProcess.StartFrom(program, role, args);
        processes.Add(process);
        await process.WhenReadyAsync();
        return process;
    }

    // Rankings of sources of their own, and how many of them each silo did.
    private static async Task<(double First, double Second)> RankAsync(ServeProcess gateway, ServeProcess[] silos)
    {
        var before = await Task.WhenAll(silos.Select(CountAsync));
        using var client = new RankingClient(gateway.Url);
        await client.RankAllAsync([.. Enumerable.Range(0, Asked).Select(i => Question.Short($"{gateway.Silo} {i}"))]);
        var after = await Task.WhenAll(silos.Select(CountAsync));
        return (after[0] - before[0], after[1] - before[1]);
    }

    private static async Task<double> CountAsync(ServeProcess silo) => (await Scrape.OfAsync(silo.Url)).Sum(Rankings);

    private static Task WhenReadyAsync(ServeProcess process) =>
        Until.IsSoAsync(async () => (await ReadyAsync(process)).Status == (int)HttpStatusCode.OK, $"{process.Role} is ready");

    private static async Task<(int Status, string Body)> ReadyAsync(ServeProcess process)
    {
        using var http = new HttpClient();
        using var response = await http.GetAsync(new Uri(process.Url, "/health/ready"));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
