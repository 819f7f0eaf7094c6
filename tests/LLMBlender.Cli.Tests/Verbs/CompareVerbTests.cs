using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class CompareVerbTests(TinyModel tiny)
{
    private static readonly RankGroup Group = RankGroup.All.Single(group => group.Name == "main_bs1_no_instructions");

    [Theory]
    [InlineData("ab")]
    [InlineData("ba")]
    [InlineData("both")]
    public async Task Compare_Order_GivesTheReferencesLogitAndTheBetterOne(string order)
    {
        var outcome = await RunAsync(Group.Records(i => new JsonObject { ["a"] = Group.Candidates(i)[0], ["b"] = Group.Candidates(i)[1] }), order);

        Assert.Equal(ExitCode.Done, outcome.Code);
        Assert.Equal(Group.Count, outcome.Records.Count);
        Assert.All(Group.Plain, i =>
        {
            var (ab, ba) = (Group.Matrix(i)[0][1], Group.Matrix(i)[1][0]);
            var (expected, aIsBetter) = order switch
            {
                "ab" => (ab, ab > 0),
                "ba" => (ba, ba < 0),
                _ => (ab - ba, ab > ba),
            };
            Assert.Equal(expected, outcome.Records[i]["logit"]!.GetValue<float>(), 3e-5f);
            Assert.Equal(aIsBetter ? "a" : "b", outcome.Records[i]["better"]!.GetValue<string>());
        });
    }

    [Theory]
    [InlineData("ab", "[A,B]")]
    [InlineData("ba", "[B,A]")]
    [InlineData("both", "[A,B]+[B,A]")]
    public async Task Compare_RecordedApiCalls_GivesTheirLogits(string order, string mode)
    {
        var api = await RecordedAsync();
        var expected = api["compare"]![mode]!.AsArray();
        var records = expected.Select((_, i) => new JsonObject
        {
            ["id"] = i,
            ["instruction"] = api["instructions"]![i]!.GetValue<string>(),
            ["input"] = api["inputs"]![i]!.GetValue<string>(),
            ["a"] = api["candidates"]![i]![0]!.GetValue<string>(),
            ["b"] = api["candidates"]![i]![1]!.GetValue<string>(),
        }.ToJsonString());

        await AssertGivesAsync(expected, records, order);
    }

    [Theory]
    [InlineData("ab", "[A,B]")]
    [InlineData("ba", "[B,A]")]
    [InlineData("both", "[A,B]+[B,A]")]
    public async Task Compare_RecordedConversations_GivesTheirLogits(string order, string mode)
    {
        var conversations = (await RecordedAsync())["conversations"]!;
        var expected = conversations["logits"]![mode]!.AsArray();
        var records = expected.Select((_, i) => new JsonObject
        {
            ["id"] = i,
            ["conversation_a"] = conversations["a"]![i]!.DeepClone(),
            ["conversation_b"] = conversations["b"]![i]!.DeepClone(),
        }.ToJsonString());

        await AssertGivesAsync(expected, records, order);
    }

    [Theory]
    [InlineData("""[{"role":"user","content":"q"}]""", "conversation a has 1 messages, and must have an even number above 0")]
    [InlineData("""[{"role":"user","content":"q"},{"role":"user","content":"r"}]""", "message 1 of conversation a has role \"user\", and must have \"assistant\"")]
    [InlineData("""[{"role":"user","content":"p"},{"role":"assistant","content":"r"}]""", "message 0 is the user's and differs between the conversations, and must be the same")]
    [InlineData("""[{"role":"user","content":"q"},{"role":"assistant","content":"r"},{"role":"user","content":"s"},{"role":"assistant","content":"t"}]""", "conversation a has 4 messages and b has 2, and both must have the same number")]
    public async Task Compare_ConversationsThatDontFit_SayWhy(string conversation, string problem)
    {
        const string Other = """[{"role":"USER","content":"q"},{"role":"ASSISTANT","content":"r"}]""";

        var outcome = await RunAsync($$"""{"id":1,"conversation_a":{{conversation}},"conversation_b":{{Other}}}""", "both");

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal($"stdin:1: {problem}", outcome.Records.Single()["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task Compare_TheSameTwice_IsATie()
    {
        var outcome = await RunAsync("""{"id": 1, "instruction": "Say.", "a": "same", "b": "same"}""", "both");

        Assert.Equal("""{"id":1,"logit":0,"better":"tie","ranker_info":{"name":"tiny","kind":"pair-ranker"}}""" + "\n", outcome.Out);
    }

    [Fact]
    public async Task Compare_WithoutOrder_TakesBoth()
    {
        const string Record = """{"id": 1, "instruction": "Say hello.", "a": "Hello.", "b": "No."}""";

        var without = await CommandLine.RunAsync(Record, ["compare", "--from", "-", "--ranker", tiny.Folder]);

        Assert.Equal((await RunAsync(Record, "both")).Out, without.Out);
    }

    private static async Task<JsonNode> RecordedAsync()
    {
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        return JsonNode.Parse(await File.ReadAllBytesAsync(
            SharedFolder.File("parity", "pairrm-tiny", "cases", "api.json"), TestContext.Current.CancellationToken))!;
    }

    private async Task AssertGivesAsync(JsonArray logits, IEnumerable<string> records, string order)
    {
        var outcome = await RunAsync(string.Join('\n', records), order);

        Assert.Equal(logits.Count, outcome.Records.Count);
        Assert.All(outcome.Records.Zip(logits), pair =>
            Assert.Equal(pair.Second!.GetValue<float>(), pair.First["logit"]!.GetValue<float>(), 3e-5f));
    }

    private Task<Outcome> RunAsync(string records, string order) =>
        CommandLine.RunAsync(records, ["compare", "--from", "-", "--ranker", tiny.Folder, "--order", order]);
}
