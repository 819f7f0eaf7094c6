using System.Text.Json.Nodes;
using LLMBlender.Deploy.Tests.Helm;
using LLMBlender.Deploy.Tests.Processes;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Containers;

/// <summary>The compose file: what it says, and its services' commands as processes.</summary>
public sealed class ComposeTests : IAsyncDisposable
{
    private static readonly string[] Ours = ["gateway", "blend", "compare"];
    private readonly List<PodProcess> processes = [];
    private readonly RedisServer redis = new();
    private readonly TemporaryFolder folder = new();

    private static string File => Repository.File("deploy", "compose.yaml");

    [Fact]
    public async Task Compose_KeepsToTheSpecification() => Assert.NotNull(await ReadAsync());

    [Fact]
    public async Task Compose_EveryImage_IsPinned()
    {
        foreach (var (name, service) in (await ReadAsync())["services"]!.AsObject())
        {
            Assert.Matches(@"^[\w./-]+:v?\d+\.\d+\.\d+(-\w+)?$", $"{service!["image"]}");
            Assert.True(!Ours.Contains(name) || ((bool)service["read_only"]! && service["cap_drop"]![0]!.ToString() == "ALL"), name);
        }
    }

    [Fact]
    public async Task Compose_EveryMountedFile_IsThere()
    {
        var compose = await ReadAsync();
        var mounts = compose["services"]!.AsObject().SelectMany(service => service.Value!["volumes"]?.AsArray() ?? []).Select(mount => mount!.ToString().Split(':')[0]).ToList();

        Assert.Contains(mounts, mount => mount.EndsWith("alerts.yaml", StringComparison.Ordinal));
        Assert.All(mounts, mount => Assert.True(
            mount.StartsWith('.') ? Path.Exists(Repository.File("deploy", mount)) : compose["volumes"]!.AsObject().ContainsKey(mount), $"{mount} is not there"));
    }

    [Fact]
    public async Task Compose_OnlyThisMachine_ReachesIt()
    {
        foreach (var (name, service) in (await ReadAsync())["services"]!.AsObject())
        {
            Assert.All(service!["ports"]?.AsArray() ?? [], port => Assert.StartsWith("127.0.0.1:", port!.ToString(), StringComparison.Ordinal));
            Assert.True(service["ports"] is not null || name is not "gateway", name);
        }
    }

    [Fact]
    public void Prometheus_Scrapes_EveryServiceOfOurs()
    {
        var scrape = Chart.Read(System.IO.File.ReadAllText(Repository.File("deploy", "compose", "prometheus.yml")))!["scrape_configs"]![0]!["dns_sd_configs"]![0]!;

        Assert.Equal(Ours, scrape["names"]!.AsArray().Select(name => name!.ToString()));
        Assert.Equal("8080", scrape["port"]!.ToString());
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Services_Commands_StartTheProgramAndMakeACluster()
    {
        await redis.StartAsync();
        var services = (await ReadAsync())["services"]!.AsObject();
        await using (var secrets = PodProcess.Start("secrets", [.. Command(services["secrets"]!)], new Dictionary<string, string>()))
        {
            Assert.Equal(0, await secrets.EndAsync());
        }

        var key = (await System.IO.File.ReadAllTextAsync(folder.File("caller.key"), TestContext.Current.CancellationToken)).Trim();
        processes.AddRange(Ours.Select(name => Start(name, services[name]!)));
        foreach (var process in processes)
        {
            await process.WhenReadyAsync();
            await process.WhenWellAsync("/health/ready");
            await AssertHealthyAsync(services[process.Name]!, process.Url);
        }

        var (status, body) = await processes[0].AskAsync(HttpMethod.Get, "/v1/models", key);

        Assert.Equal(401, (await processes[0].AskAsync(HttpMethod.Get, "/v1/models")).Status);
        Assert.Equal(200, status);
        Assert.Contains("\"house\"", body, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes)
        {
            await process.DisposeAsync();
        }

        await redis.DisposeAsync();
        folder.Dispose();
    }

    private static async Task<JsonNode> ReadAsync()
    {
        var outcome = await Npm.ScriptAsync("compose.mjs", File);
        Assert.True(outcome.Code == 0, outcome.Error);
        return JsonNode.Parse(outcome.Output)!;
    }

    // What the service's health check runs says of the process that it is ready, and of nobody that it isn't.
    private static async Task AssertHealthyAsync(JsonNode service, Uri url)
    {
        var test = service["healthcheck"]!["test"]!.AsArray().Select(word => word!.ToString()).ToArray();
        Assert.Equal(["CMD", "/app/llmblender", "health", "http://127.0.0.1:8080"], test);
        foreach (var (asked, code) in new[] { (url, 0), (new Uri("http://127.0.0.1:1"), 1) })
        {
            await using var check = PodProcess.Start("health", [.. test[2..^1], asked.ToString()], new Dictionary<string, string>());
            Assert.Equal(code, await check.EndAsync());
        }
    }

    // Names and ports that on one machine are other ones; everything else is as it is written.
    private PodProcess Start(string name, JsonNode service)
    {
        var environment = service["environment"]!.AsObject().ToDictionary(variable => variable.Key, variable => variable.Value!.ToString());
        foreach (var variable in environment.Keys.ToList())
        {
            environment[variable] = environment[variable].Replace("${LLMBLENDER_KEY:-}", "", StringComparison.Ordinal).Replace("/secrets", folder.Path, StringComparison.Ordinal);
        }

        environment["LLMBLENDER_REDIS"] = environment["LLMBLENDER_REDIS"].Replace("redis:6379", redis.Address, StringComparison.Ordinal);
        Assert.Equal(name, service["hostname"]!.ToString());
        var args = Command(service).Select(word => word switch
        {
            var advertise when advertise == $"--advertise={name}" => "--advertise=localhost",
            "--urls=http://*:8080" => "--urls=http://127.0.0.1:0",
            "--silo-port=11111" => $"--silo-port={FreePort.Next()}",
            "--config=/etc/llmblender/settings.json" => $"--config={Repository.File("deploy", "compose", "settings.json")}",
            var other => other,
        });
        return PodProcess.Start(name, [.. args], environment);
    }

    private IEnumerable<string> Command(JsonNode service) =>
        service["command"]!.AsArray().Select(word => word!.ToString().Replace("/secrets", folder.Path, StringComparison.Ordinal));
}
