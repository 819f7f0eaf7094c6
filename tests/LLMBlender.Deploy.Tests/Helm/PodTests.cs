using System.Text.Json.Nodes;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.Deploy.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Helm;

/// <summary>The chart's pods as real processes: what is rendered starts the real program and makes one cluster of it.</summary>
public sealed class PodTests : IAsyncDisposable
{
    private const string Question = """{"instruction":"What is two and two?","candidates":[{"text":"Two and two make four."},{"text":"Bananas are yellow."}]}""";
    private readonly TemporaryFolder folder = new();
    private readonly RedisServer redis = new();
    private readonly List<PodProcess> pods = [];

    [Theory(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    [InlineData(nameof(Variants.Trial), null)]
    [InlineData(nameof(Variants.Secrets), Variants.Key)]
    [InlineData(nameof(Variants.Models), null)]
    [InlineData(nameof(Variants.Watched), Variants.Key)]
    public async Task Pods_Variant_StartTheProgramAndMakeACluster(string variant, string? key)
    {
        await redis.StartAsync();
        var manifests = await Chart.ManifestsAsync(Variants.All[variant]);
        var deployments = ChartTests.Silos(manifests).ToArray();
        pods.AddRange(deployments.Select(deployment => Pod.Start(manifests, deployment, Secrets(), redis.Address, folder)));

        for (var i = 0; i < pods.Count; i++)
        {
            await pods[i].WhenReadyAsync();
            foreach (var probe in Pod.Probes(deployments[i]))
            {
                await pods[i].WhenWellAsync(probe);
            }

            Assert.Contains($"role={RoleOf(deployments[i])} ", pods[i].Line, StringComparison.Ordinal);
        }

        var gateway = pods.Single(pod => pod.Name.EndsWith("-gateway", StringComparison.Ordinal));
        Assert.Equal(key is null ? 200 : 401, (await gateway.AskAsync(HttpMethod.Get, "/v1/models")).Status);
        var (status, body) = await gateway.AskAsync(HttpMethod.Post, "/v1/rank", key, Question);
        Assert.True(status == 200, body);
        Assert.Equal("[1,2]", JsonNode.Parse(body)!["ranks"]!.ToJsonString());
        if (variant == nameof(Variants.Secrets))
        {
            Assert.Contains("\"house\"", (await gateway.AskAsync(HttpMethod.Get, "/v1/models", key)).Body, StringComparison.Ordinal);
        }

        foreach (var pod in pods)
        {
            Assert.Equal(0, await pod.TerminateAsync());
        }
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task BlendPod_ChangedConfigMap_AppliesWithoutARestart()
    {
        await redis.StartAsync();
        var manifests = await Chart.ManifestsAsync(Variants.Secrets);
        pods.AddRange(ChartTests.Silos(manifests).Where(deployment => RoleOf(deployment) is "gateway" or "blend")
            .Select(deployment => Pod.Start(manifests, deployment, Secrets(), redis.Address, folder)));
        var (gateway, blend) = (pods.Single(pod => pod.Name.EndsWith("-gateway", StringComparison.Ordinal)), pods.Single(pod => pod.Name.EndsWith("-blend", StringComparison.Ordinal)));
        await Task.WhenAll(gateway.WhenReadyAsync(), blend.WhenReadyAsync());
        await Until.IsSoAsync(async () => (await gateway.AskAsync(HttpMethod.Get, "/v1/models", Variants.Key)).Body.Contains("\"house\"", StringComparison.Ordinal), "the panel is listed");

        var changed = await Chart.ManifestsAsync(Variants.Secrets.Replace("Name: house", "Name: garden", StringComparison.Ordinal));
        var deployment = ChartTests.Silos(changed).Single(deployment => RoleOf(deployment) == "blend");
        Pod.WriteSettings(folder.File(blend.Name), Pod.SettingsOf(changed, deployment["spec"]!["template"]!["spec"]!));

        await Until.IsSoAsync(async () => (await gateway.AskAsync(HttpMethod.Get, "/v1/models", Variants.Key)).Body.Contains("\"garden\"", StringComparison.Ordinal), "the changed panel is listed");
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task ComparePod_ForGpusWithoutAny_SaysSoAndEnds()
    {
        await redis.StartAsync();
        var manifests = await Chart.ManifestsAsync(Variants.All["Gpus"]);
        var deployment = ChartTests.Silos(manifests).Single(deployment => RoleOf(deployment) == "compare");

        pods.Add(Pod.Start(manifests, deployment, Secrets(), redis.Address, folder));

        Assert.NotEqual(0, await pods[0].EndAsync());
        Assert.Contains("cuda", pods[0].Log, StringComparison.OrdinalIgnoreCase);
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task HelmTest_AgainstRunningPods_Passes()
    {
        await redis.StartAsync();
        var manifests = await Chart.ManifestsAsync(Variants.Trial);
        pods.AddRange(ChartTests.Silos(manifests).Select(deployment => Pod.Start(manifests, deployment, Secrets(), redis.Address, folder)));
        var gateway = pods.Single(pod => pod.Name.EndsWith("-gateway", StringComparison.Ordinal));
        foreach (var pod in pods)
        {
            await pod.WhenReadyAsync();
            await pod.WhenWellAsync("/health/ready");
        }

        var outcome = await RunTestPodAsync(manifests, gateway);

        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
        Assert.Contains("\"ranks\":[1,2]", outcome.Output + outcome.Error, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pod in pods)
        {
            await pod.DisposeAsync();
        }

        await redis.DisposeAsync();
        folder.Dispose();
    }

    private static string RoleOf(JsonObject deployment) =>
        ((string)deployment["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]![1]!)["--role=".Length..];

    private static async Task<Outcome> RunTestPodAsync(JsonObject[] manifests, PodProcess gateway)
    {
        var container = manifests.Single(manifest => (string?)manifest["kind"] == "Pod")["spec"]!["containers"]![0]!;
        var command = container["command"]!.AsArray().Concat(container["args"]!.AsArray()).Select(word => (string)word!).ToArray();
        var start = new System.Diagnostics.ProcessStartInfo(command[0], command[1..]);
        foreach (var env in container["env"]!.AsArray())
        {
            var name = (string)env!["name"]!;
            start.Environment[name] = name == "GATEWAY" ? gateway.Url.ToString().TrimEnd('/') : (string)env["value"]!;
        }

        return await Outcome.OfAsync(start, Until.Patience);
    }

    private Dictionary<string, string> Secrets() => new()
    {
        ["redis/configuration"] = $"{redis.Address},connectTimeout=5000",
        ["cluster/secret"] = new string('k', 40),
        ["callers/app"] = Variants.KeySha256,
        ["providers/openai"] = "not-a-key",
    };
}
