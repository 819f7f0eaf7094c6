using LLMBlender.Cluster.Tests.Operations;
using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>A silo that joins under load gets its share of the requests, and one that leaves takes none with it.</summary>
[Collection(SplitClusterTests.Name)]
public sealed class JoinTests(SplitCluster cluster)
{
    // A part of the answers that is small beside ten seconds of load.
    private const int Answers = 100;

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task BlendSilo_JoinsUnderLoad_GetsItsShareAndLeavesWithoutLoss() => cluster.UseAsync(async () =>
    {
        await using var load = await Load.StartAsync(cluster.Gateway.Url);
        var joined = await cluster.StartMoreAsync(SplitCluster.Blend);
        ServeProcess[] silos = [.. cluster.With(SplitCluster.Blend), joined];
        var before = await Task.WhenAll(silos.Select(RankingsAsync));

        await load.WhenAnsweredMoreAsync(Answers);

        var after = await Task.WhenAll(silos.Select(RankingsAsync));
        double[] shares = [.. after.Zip(before, static (now, then) => now - then)];
        TestContext.Current.SendDiagnosticMessage($"rankings of the blending silos after one joined: {string.Join(", ", shares)}");

        // Sources are spread over 64 buckets, which the silos share unevenly: half of a third is the least.
        Assert.InRange(shares[^1] / shares.Sum(), 1.0 / 6, 2.0 / 3);
        Assert.Equal(0, await joined.TerminateAsync());
        await load.WhenAnsweredMoreAsync(Answers / 2);
        await load.EndWithoutFailureAsync("a blending silo that joined and left");
    });

    private static async Task<double> RankingsAsync(ServeProcess silo) => (await Scrape.OfAsync(silo.Url)).Sum("llmblender_ranking_duration_seconds_count");
}
