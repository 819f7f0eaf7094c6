using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class GenerateVerbTests(TinyFuserModel tiny)
{
    private static readonly JsonArray Cases =
        JsonNode.Parse(File.ReadAllBytes(Path.Combine(T5Fixture.Cases, "cases.json")))!["cases"]!.AsArray();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public async Task Generate_ReferencePrompts_GivesItsIdsAndTexts(int beams)
    {
        foreach (var group in Cases.Select((one, i) => (Case: one!, Id: i)).GroupBy(one => one.Case["max_new_tokens"]!.GetValue<int>()))
        {
            var records = string.Join('\n', group.Select(one => new JsonObject { ["id"] = one.Id, ["prompt"] = one.Case["prompt"]!.GetValue<string>() }.ToJsonString()));

            var outcome = await GenerateAsync(records, "--beams", $"{beams}", "--max-new-tokens", $"{group.Key}");

            Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
            Assert.Equal(group.Select(one => one.Id), outcome.Records.Select(record => record["id"]!.GetValue<int>()));
            Assert.All(group.Zip(outcome.Records), pair =>
            {
                var expected = pair.First.Case[beams == 1 ? "greedy" : "beam4"]!;
                var ids = expected[beams == 1 ? "ids" : "sequences"]!;
                Assert.Equal((beams == 1 ? ids : ids[0]!).Deserialize<int[]>()!.AsSpan().TrimEnd(0).ToArray(), pair.Second["ids"].Deserialize<int[]>()!);
                Assert.Equal(expected["text"]!.GetValue<string>(), pair.Second["text"]!.GetValue<string>());
            });
        }
    }

    [Fact]
    public async Task Generate_Seed_RepeatsItself()
    {
        const string Record = """{"id": 1, "prompt": "The archive was moved."}""";
        string[] options = ["--temperature", "1.3", "--top-p", "0.95", "--top-k", "50", "--max-new-tokens", "12"];

        var first = await GenerateAsync(Record, [.. options, "--seed", "4"]);
        var again = await GenerateAsync(Record, [.. options, "--seed", "4"]);
        var other = await GenerateAsync(Record, [.. options, "--seed", "5"]);

        Assert.Equal(first.Out, again.Out);
        Assert.NotEqual(first.Out, other.Out);
    }

    [Fact]
    public async Task Generate_BeamsWithSampling_IsABadArgument()
    {
        var outcome = await GenerateAsync("", "--beams", "4", "--temperature", "0.7");

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("beam search and sampling exclude each other", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_PromptTooLong_FailsItAlone()
    {
        var words = string.Join(' ', Enumerable.Repeat("word", 5000));

        var outcome = await GenerateAsync($$"""
            {"id": "long", "prompt": "{{words}}"}
            {"id": "short", "prompt": "word"}
            {"id": "none"}
            """, "--max-new-tokens", "2");

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Matches(@"^stdin:1: ""prompt"" has \d+ tokens, and must have at most 4096$", outcome.Records[0]["error"]!.GetValue<string>());
        Assert.NotNull(outcome.Records[1]["text"]);
        Assert.Equal("stdin:3: \"prompt\" is missing, and must be a string", outcome.Records[2]["error"]!.GetValue<string>());
    }

    private Task<Outcome> GenerateAsync(string records, params string[] options) =>
        CommandLine.RunAsync(records, ["generate", "--model", tiny.Folder, "--from", "-", .. options]);
}
