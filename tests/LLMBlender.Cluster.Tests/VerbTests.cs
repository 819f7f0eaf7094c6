using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests;

/// <summary>The verbs write with <c>--cluster</c> what they write with models of their own process.</summary>
[Collection(SplitClusterTests.Name)]
public sealed class VerbTests(SplitCluster cluster)
{
    private const string Fuser = "genfuser-mini";

    // Single precision: what is in a batch with a pair changes its logit's last digits.
    private const double Tolerance = 5e-5;

    [Theory(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    [InlineData("rank", "--matrix", "--top-k", "2")]
    [InlineData("rank", "--aggregate", "bubble-sort")]
    [InlineData("compare")]
    [InlineData("fuse", "--fuser", Fuser, "--top-k", "2")]
    [InlineData("blend")]
    [InlineData("blend", "--fuser", Fuser, "--top-k", "2")]
    public Task Records_ByCluster_AreAsByOneProcess(string verb, params string[] options) => cluster.UseAsync(async () =>
    {
        using var folder = new TemporaryFolder();
        var from = folder.Write("records.jsonl", string.Join('\n', Records(verb).Select(static record => record.ToJsonString(JsonSerializerOptions.Default))));

        var local = await RunAsync([verb, "--from", from, "--to", "-", .. options]);
        var remote = await RunAsync([verb, "--from", from, "--to", "-", .. options, "--cluster", Address]);

        var (expected, actual) = (Parse(local), Parse(remote));
        Assert.Equal(expected.Count, actual.Count);
        Assert.NotEmpty(expected);
        for (var i = 0; i < expected.Count; i++)
        {
            Assert.Null(expected[i]!["error"]);
            AssertSame(expected[i], actual[i], $"record {i}");
        }
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Instruction_ByCluster_IsAnsweredByItsPanelAsByTheSamplePanel() => cluster.UseAsync(async () =>
    {
        const string Instruction = "Compare induction and gas cooktops for a home kitchen.";

        var local = await RunAsync("blend", Instruction);
        var remote = await RunAsync("blend", Instruction, "--cluster", Address);

        Assert.NotEqual("", local);
        Assert.Equal(local, remote);
    });

    private string Address => $"{cluster.Redis.Address},{cluster.Id}";

    // The sample panel's records, in the verb's format.
    private static IEnumerable<JsonObject> Records(string verb)
    {
        foreach (var line in File.ReadLines(Repository.File("src", "LLMBlender.Cli", "Samples", "panel.jsonl")).Take(3))
        {
            var record = JsonNode.Parse(line)!.AsObject();
            var candidates = record["candidates"]!.AsArray();
            if (verb == "compare")
            {
                record.Remove("candidates");
                (record["a"], record["b"]) = (candidates[0]!["text"]!.DeepClone(), candidates[1]!["text"]!.DeepClone());
            }
            else if (verb == "fuse")
            {
                record["ranks"] = new JsonArray([.. Enumerable.Range(1, candidates.Count).Reverse().Select(static rank => (JsonNode)rank)]);
            }

            yield return record;
        }
    }

    private static async Task<string> RunAsync(params string[] args)
    {
        var outcome = await Outcome.OfAsync(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "llmblender.dll"), .. args]), Until.Patience);
        Assert.True(outcome.Code == 0, $"{string.Join(' ', args)} ended with {outcome.Code}: {outcome.Error}");
        return outcome.Output;
    }

    private static List<JsonNode> Parse(string lines) => [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => JsonNode.Parse(line)!)];

    private static void AssertSame(JsonNode? expected, JsonNode? actual, string what)
    {
        switch (expected, actual)
        {
            case (JsonObject one, JsonObject other):
                Assert.Equal(one.Select(static field => field.Key), other.Select(static field => field.Key));
                foreach (var (name, value) in one)
                {
                    AssertSame(value, other[name], $"{what}, {name}");
                }

                break;
            case (JsonArray one, JsonArray other):
                Assert.True(one.Count == other.Count, $"{what}: {other.Count} values, not {one.Count}");
                for (var i = 0; i < one.Count; i++)
                {
                    AssertSame(one[i], other[i], $"{what}[{i}]");
                }

                break;
            case (JsonValue one, JsonValue other) when one.GetValueKind() == JsonValueKind.Number && other.GetValueKind() == JsonValueKind.Number:
                var (number, remote) = (one.GetValue<double>(), other.GetValue<double>());
                Assert.True(Math.Abs(number - remote) < Tolerance, $"{what} is {remote}, and should be {number}");
                break;
            default:
                Assert.True(JsonNode.DeepEquals(expected, actual), $"{what} is {actual?.ToJsonString()}, and should be {expected?.ToJsonString()}");
                break;
        }
    }
}
