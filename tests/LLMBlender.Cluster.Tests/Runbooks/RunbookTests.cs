using System.Diagnostics;
using System.Text.RegularExpressions;
using LLMBlender.Cluster.Tests.Operations;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests.Runbooks;

/// <summary>
/// The commands of deploy/README.md and deploy/METRICS.md, run by a shell in their order on a cluster of real processes with a real Redis and Prometheus. Where Kubernetes would be,
/// a <see cref="FakeKubectl"/> is.
/// </summary>
public sealed partial class RunbookTests : IAsyncLifetime
{
    // By the beginning of the command.
    private static readonly (string Command, string Reason)[] NotRun =
    [
        ("docker ", "needs a container daemon"),
        ("helm ", "needs Kubernetes; deploy/kubernetes/run.sh does all of it there, and the tests of the chart render every value"),
        ("IMAGE=REPOSITORY:TAG deploy/kubernetes/run.sh", "needs Kubernetes and an image"),
        ("kubectl -n NAMESPACE get servicemonitor,endpointslice", "needs Kubernetes' API"),
        ("deploy/local/run.sh", "takes minutes; deploy/README.md has its report"),
        ("llmblender serve", "names the verb; RoleTests start it"),
        ("llmblender secrets`", "names the verb; it is run with its option"),
    ];

    private readonly string id = $"ai.runbook-{Guid.NewGuid():N}";
    private readonly RedisServer redis = new();
    private readonly TemporaryFolder bin = new();
    private readonly TemporaryFolder folder = new();
    private readonly CancellationTokenSource stop = new();
    private PodCluster cluster = null!;
    private PrometheusServer? prometheus;
    private Task answering = Task.CompletedTask;

    public static bool IsPossible => RedisServer.IsInstalled && !OperatingSystem.IsWindows() && Tool.Find("promtool") is not null && Tool.Find("openssl") is not null;

    public async ValueTask InitializeAsync()
    {
        if (!IsPossible)
        {
            return;
        }

        await redis.StartAsync();
        Executable.Write(bin, "llmblender", $"#!/bin/sh\nexec dotnet '{Path.Combine(AppContext.BaseDirectory, "llmblender.dll")}' \"$@\"\n");
        Executable.Write(bin, "redis-cli", $"#!/bin/sh\nexec '{Tool.Find("redis-cli")}' -e -p {redis.Port} \"$@\"\n");
        folder.Write("records.jsonl", string.Join('\n', Enumerable.Range(0, 3).Select(static i => Question.Short($"record {i}").ToString())));
        cluster = new PodCluster(id, folder.File("secrets")) { RedisConfiguration = $"{redis.Address},user=llmblender,password=PASSWORD" };
        var kubectl = new FakeKubectl(cluster, folder.File("calls"));
        kubectl.Install(bin);
        await RunAsync("llmblender secrets --to secrets");
        answering = kubectl.RunAsync(stop.Token);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await answering;
        stop.Dispose();
        if (prometheus is not null)
        {
            await prometheus.DisposeAsync();
        }

        if (cluster is not null)
        {
            await cluster.DisposeAsync();
        }

        await redis.DisposeAsync();
        bin.Dispose();
        folder.Dispose();
    }

    [Fact(SkipUnless = nameof(IsPossible), Skip = "needs redis-server, promtool and openssl on the PATH, and a POSIX shell")]
    public async Task Commands_OfTheRunbooks_WorkOnACluster()
    {
        // The first one that is run makes the user of Redis as whom the processes connect.
        var commands = Commands("deploy/README.md").Concat(Commands("deploy/METRICS.md")).Where(static command => Exception(command) is null).ToList();
        var first = commands.Single(static command => command.Contains("ACL SETUSER llmblender on", StringComparison.Ordinal));
        await RunAsync(first);
        await cluster.StartAsync();
        prometheus = new PrometheusServer(cluster.Processes.Select(static process => process.Url));
        await prometheus.WhenAnsweringAsync();
        foreach (var command in commands.Where(command => command != first))
        {
            if (command.Contains("delete pod", StringComparison.Ordinal))
            {
                await using var load = await Load.StartAsync(cluster.Gateway.Url, concurrency: 2);
                await RunAsync(command);
                await load.WhenAnsweredMoreAsync(Form.Margin);
                await load.EndWithoutFailureAsync(command);
            }
            else
            {
                await RunAsync(command);
            }
        }

        // As the rotation of Redis' password leaves it.
        using var client = new RankingClient(cluster.Gateway.Url);
        await client.RankAsync(Question.Short("runbooks"));
        Assert.EndsWith("password=NEW", cluster.RedisConfiguration, StringComparison.Ordinal);
        Assert.Contains("1", (await RunAsync("redis-cli ACL GETUSER llmblender | grep -c '^passwords$'")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Exceptions_OfTheList_AreCommandsOfTheRunbooks()
    {
        var all = Commands("deploy/README.md").Concat(Commands("deploy/METRICS.md")).ToList();

        Assert.All(NotRun, one => Assert.Contains(all, command => Exception(command) == one.Reason));
    }

    private static string? Exception(string command) =>
        NotRun.FirstOrDefault(one => one.Command.EndsWith('`') ? command == one.Command[..^1] : command.StartsWith(one.Command, StringComparison.Ordinal)).Reason;

    private async Task<Outcome> RunAsync(string command)
    {
        var start = new ProcessStartInfo("sh", ["-c", Filled(command)]) { WorkingDirectory = folder.Path };
        start.Environment["PATH"] = $"{bin.Path}:{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin";
        start.Environment["LLMBlender__Discover"] = "false";
        var outcome = await Outcome.OfAsync(start, Until.Patience);
        Assert.True(outcome.Code == 0, $"{command}\nended with {outcome.Code}:\n{outcome.Output}{outcome.Error}");
        return outcome;
    }

    private string Filled(string command) => Word().Replace(command, word => word.Value switch
    {
        "NAMESPACE" => "ai",
        "RELEASE" => "trial",
        "ID" => id,
        "FILE" => "records.jsonl",
        "NAME" => "reward-minilm",
        "HOST:PORT" => redis.Address,
        "PROMETHEUS" => prometheus!.Url.Authority,
        "SERVER:PORT" => cluster.Gateway.Silo[1..cluster.Gateway.Silo.LastIndexOf(':')],
        "POD" => cluster.Names.First(static name => name.Contains("blend-fuse", StringComparison.Ordinal)),
        var other => other,
    });

    // Lines of code blocks for a shell, and commands in a sentence.
    private static IEnumerable<string> Commands(string document)
    {
        var text = File.ReadAllText(Repository.File(document.Split('/')));
        return
            from Match match in Code().Matches(text)
            from line in match.Groups[1].Success ? match.Groups[1].Value.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n') : [match.Groups[2].Value.ReplaceLineEndings(" ")]
            let command = Comment().Replace(line, "").Trim()
            where match.Groups[1].Success ? command.Length > 0 : Spoken().IsMatch(command) && !command.Contains('…', StringComparison.Ordinal)
            select command;
    }

    [GeneratedRegex("```sh\n(.*?)```|```.*?```|`([^`]+)`", RegexOptions.Singleline)]
    private static partial Regex Code();

    [GeneratedRegex(@"^(kubectl|helm|redis-cli|docker|openssl|promtool|curl|printf|llmblender|IMAGE=|deploy/\S+\.sh)\s?.* ")]
    private static partial Regex Spoken();

    [GeneratedRegex(@"\s+#.*$")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\b(HOST:PORT|SERVER:PORT|[A-Z]+)\b")]
    private static partial Regex Word();
}
