using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class TokenizeVerbTests(TinyModel tiny)
{
    // [CLS] 1, [SEP] 2: texts and ids as the reference tokenizer gives them.
    private const string Records = """
        {"id": 0, "text": "Hello world"}
        {"id": 1, "text": "What is the capital of France?"}
        {"id": 2, "text": ""}
        """;

    [Fact]
    public async Task Tokenize_CheckpointFolder_GivesItsOwnIdsWithSpecialTokens()
    {
        var outcome = await CommandLine.RunAsync(Records, ["tokenize", "--from", "-", "--model", TinyModel.Checkpoint]);

        Assert.Equal(
            """
            {"id":0,"ids":[1,663,355,288,956,2]}
            {"id":1,"ids":[1,752,272,264,1855,345,325,267,425,300,727,335,2]}
            {"id":2,"ids":[1,2]}

            """,
            outcome.Out);
        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
    }

    [Fact]
    public async Task Tokenize_ImportedModel_GivesTheCheckpointsIds()
    {
        var imported = await CommandLine.RunAsync(Records, ["tokenize", "--from", "-", "--model", tiny.Folder]);

        Assert.Equal((await CommandLine.RunAsync(Records, ["tokenize", "--from", "-", "--model", TinyModel.Checkpoint])).Out, imported.Out);
    }

    [Theory]
    [InlineData("deberta", "pairrm-tiny-hf", "fast")]
    [InlineData("deberta", "tokenizers/deberta", "fast")]
    [InlineData("t5", "t5-tiny", "fast")]
    [InlineData("t5", "tokenizers/t5-whitespacesplit", "fast_ws")]
    public async Task Tokenize_RecordedCases_GivesTheirIds(string cases, string model, string key)
    {
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        var from = SharedFolder.File("parity", "tokenizers", cases, "cases.jsonl");
        var expected = (await File.ReadAllLinesAsync(from, TestContext.Current.CancellationToken)).Select(line => JsonNode.Parse(line)!).ToList();

        var outcome = await CommandLine.RunAsync("tokenize", "--from", from, "--model", SharedFolder.File(["parity", .. model.Split('/')]));

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Equal(expected.Count, outcome.Records.Count);
        Assert.All(outcome.Records.Zip(expected), pair =>
        {
            Assert.Equal(pair.Second["id"]!.ToJsonString(), pair.First["id"]!.ToJsonString());
            Assert.Equal(pair.Second[key].Deserialize<int[]>()!, pair.First["ids"].Deserialize<int[]>()!);
        });
    }
}
