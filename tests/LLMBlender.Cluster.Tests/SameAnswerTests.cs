using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;

namespace LLMBlender.Cluster.Tests;

/// <summary>One process, many processes and the verb <c>rank</c> rank alike.</summary>
[Collection(SplitClusterTests.Name)]
public sealed class SameAnswerTests(SplitCluster cluster)
{
    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Rank_ByClusterByOneProcessAndByVerb_IsTheSame() => cluster.UseAsync(async () =>
    {
        using var folder = new TemporaryFolder();
        var questions = Questions();
        var verb = await RankAsync(folder, questions);
        await using var alone = ServeProcess.Start("all");
        await alone.WhenReadyAsync();
        using var clusterClient = new RankingClient(cluster.Gateway.Url);
        using var aloneClient = new RankingClient(alone.Url);

        var many = await clusterClient.RankAllAsync(questions);
        var one = await aloneClient.RankAllAsync(questions);

        for (var i = 0; i < questions.Count; i++)
        {
            Ranking.AssertSame(verb[i], one[i], $"record {i}, one process");
            Ranking.AssertSame(verb[i], many[i], $"record {i}, cluster");
        }

        TestContext.Current.SendDiagnosticMessage($"{questions.Count} records rank alike by the cluster, by one process and by the verb");
    });

    // Real candidates where they are at hand, else the sample panel's; all 200 records of them in the full form.
    private static List<Question> Questions()
    {
        var real = SharedFolder.File("data", "candidates-dev.jsonl.gz");
        var lines = File.Exists(real) ? Unpacked(real) : File.ReadLines(Repository.File("src", "LLMBlender.Cli", "Samples", "panel.jsonl"));
        return [.. lines.Take(Form.IsFull ? 200 : 12).Select(line => Cut(JsonNode.Parse(line)!.AsObject()))];
    }

    private static IEnumerable<string> Unpacked(string file)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(file), CompressionMode.Decompress));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static Question Cut(JsonObject record) => new(new JsonObject
    {
        ["id"] = record["id"]!.DeepClone(),
        ["instruction"] = record["instruction"]!.DeepClone(),
        ["input"] = record["input"]?.DeepClone(),
        ["candidates"] = new JsonArray([.. record["candidates"]!.AsArray().Take(Form.IsFull ? 5 : 4).Select(candidate => (JsonNode)new JsonObject
        {
            ["text"] = candidate!["text"]!.DeepClone(),
        })]),
    });

    private static async Task<List<Ranking>> RankAsync(TemporaryFolder folder, List<Question> questions)
    {
        var from = folder.Write("records.jsonl", string.Join('\n', questions) + "\n");
        var to = folder.File("ranks.jsonl");
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "llmblender.dll"), "rank", "--from", from, "--to", to])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, error);
        return [.. File.ReadLines(to).Select(line => Ranking.Read(JsonNode.Parse(line)!))];
    }
}
