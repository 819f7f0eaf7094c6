using System.Diagnostics;
using System.Text.Json.Nodes;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests;

/// <summary><c>samples/Client</c>, run as its users run it.</summary>
[Collection(SplitClusterTests.Name)]
public sealed class SampleTests(SplitCluster cluster)
{
    private const string Question = "Explain compound interest to someone who has never had a savings account.";

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Client_ClusterOverRedis_WritesTheAnswerAndTheRanks() =>
        cluster.UseAsync(() => RunAsync([cluster.Redis.Address], ("ClusterId", cluster.Id)));

    [Fact]
    public async Task Client_ServerBesideIt_WritesTheAnswerAndTheRanks()
    {
        var port = FreePort.Next();
        await using var server = ServeProcess.Start("all", "--gateway-port", $"{port}");
        await server.WhenReadyAsync();

        await RunAsync([], ("GatewayPort", $"{port}"));
    }

    [Fact]
    public async Task Client_WithoutInstruction_ShowsItsUsage()
    {
        var outcome = await Outcome.OfAsync(Start(), Until.Patience);

        Assert.Equal((2, ""), (outcome.Code, outcome.Output));
        Assert.StartsWith("usage: Client", outcome.Error, StringComparison.Ordinal);
    }

    private static async Task RunAsync(string[] redis, (string Name, string Value) option)
    {
        var start = Start([Question, .. redis]);
        start.Environment[$"LLMBlender__Client__{option.Name}"] = option.Value;

        var outcome = await Outcome.OfAsync(start, Until.Patience);

        Assert.True(outcome.Code == 0, outcome.Error);
        var answers = Answers();
        var lines = outcome.Output.TrimEnd().Split('\n');
        var ranked = lines[^answers.Count..].Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToList();
        Assert.Equal(Enumerable.Range(1, answers.Count).Select(static rank => $"{rank}"), ranked.Select(static line => line[0]));
        Assert.Equal(answers.Keys.Order(), ranked.Select(static line => line[^1]).Order());
        Assert.Equal(answers[ranked[0][^1]].TrimEnd(), string.Join('\n', lines[..^answers.Count]).TrimEnd());
    }

    private static ProcessStartInfo Start(params string[] args) =>
        new("dotnet", [Repository.Built(Repository.File("samples", "Client"), "Client.dll"), .. args]);

    // The sample panel's answers to the question, by model.
    private static Dictionary<string, string> Answers() =>
        File.ReadLines(Repository.File("src", "LLMBlender.Cli", "Samples", "panel.jsonl"))
            .Select(static line => JsonNode.Parse(line)!)
            .First(static record => record["instruction"]!.GetValue<string>() == Question)["candidates"]!.AsArray()
            .ToDictionary(static candidate => candidate!["model"]!.GetValue<string>(), static candidate => candidate!["text"]!.GetValue<string>());
}
