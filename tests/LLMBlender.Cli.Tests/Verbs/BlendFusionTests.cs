using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary>The second half of blend: fusing, the guard, and what happens when a fuser fails.</summary>
public sealed class BlendFusionTests(TinyModel ranker, TinyFuserModel fuser) : IDisposable
{
    private const int Hidden = 64;
    private const string Spanish = "Translate this sentence into Spanish.";

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task Blend_Guard_GivesTheFusedAnswerOnlyWhereItDoesNotLose()
    {
        var records = string.Join('\n', RankGroup.All.Take(3).Select(group => group.Records()).SelectMany(lines => lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            .Select((line, i) => Renumbered(line, i)));
        static bool IsFused(JsonNode record) => record["error"] is null && record["failures"]!.AsArray().Count == 0;
        var guarded = (await BlendAsync(records)).Records.Where(IsFused).ToList();
        var unguarded = (await BlendAsync(records, "--no-guard")).Records.Where(IsFused).ToList();

        Assert.Equal(guarded.Count, unguarded.Count);
        Assert.Contains(guarded, record => Given(record) == "fused");
        Assert.Contains(guarded, record => Given(record) == "best");
        Assert.All(guarded.Zip(unguarded), pair =>
        {
            var (with, without) = pair;
            var margin = with["fusion"]!["margin"]!.GetValue<double>();
            Assert.Equal(margin >= 0 ? "fused" : "best", Given(with));
            Assert.Equal(("fused", null), (Given(without), without["fusion"]!["margin"]));
            Assert.Equal(Given(with) == "fused" ? Answer(without) : Best(with), Answer(with));
            Assert.Equal("tiny-fuser", with["fusion"]!["fuser"]!.GetValue<string>());
            Assert.True(with["usage"]!["prompt_tokens"]!.GetValue<int>() > 0 && with["usage"]!["completion_tokens"]!.GetValue<int>() > 0);
            Assert.Equal(without["usage"]!["comparisons"]!.GetValue<int>() + 2, with["usage"]!["comparisons"]!.GetValue<int>());
        });
    }

    // By the ranker's own judgement: the same comparison by another verb.
    [Fact]
    public async Task Blend_Margin_IsWhatCompareFinds()
    {
        const string Record = """{"id": 1, "instruction": "Name a colour.", "candidates": [{"text": "Red."}, {"text": "A dog barked all night."}]}""";
        var blended = (await BlendAsync(Record, "--no-guard")).Records[0];
        var guarded = (await BlendAsync(Record)).Records[0];
        var pair = new JsonObject { ["id"] = 1, ["instruction"] = "Name a colour.", ["a"] = Answer(blended), ["b"] = Best(blended) };

        var compared = (await CommandLine.RunAsync(pair.ToJsonString(), ["compare", "--from", "-", "--ranker", ranker.Folder])).Records[0];

        Assert.Equal(compared["logit"]!.GetValue<double>(), guarded["fusion"]!["margin"]!.GetValue<double>(), 1e-5);
    }

    [Fact]
    public async Task Blend_NoFuser_GivesTheBestUncompared()
    {
        var record = (await BlendAsync("""{"id": 1, "instruction": "Say.", "candidates": [{"text": "a"}, {"text": "b"}]}""", "--fuser", "select")).Records[0];

        Assert.Equal("""{"fuser":"select","given":"best","margin":null}""", record["fusion"]!.ToJsonString());
        Assert.Equal(2, record["usage"]!["comparisons"]!.GetValue<int>());
    }

    [Theory]
    [InlineData(1, "empty", "damaged wrote nothing")]
    [InlineData(100, "faulted", "damaged repeated itself until its limit of tokens")]
    public async Task Blend_FuserThatSaysOneTokenOnly_NamesItAndGivesTheBest(int token, string reason, string message)
    {
        var damaged = FuserOfOneToken(token);

        var record = (await BlendAsync(
            """{"id": 1, "instruction": "Say.", "candidates": [{"text": "a"}, {"text": "b"}]}""", "--fuser", damaged, "--max-new-tokens", "30")).Records[0];

        Assert.Equal((Best(record), "best"), (Answer(record), Given(record)));
        var failure = Assert.Single(record["failures"]!.AsArray())!;
        Assert.Equal(("fuse", reason), (failure["what"]!.GetValue<string>(), failure["reason"]!.GetValue<string>()));
        Assert.StartsWith(message, failure["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blend_EveryCandidateEmpty_FailsTheRecord()
    {
        var outcome = await BlendAsync("""{"id": 1, "instruction": "Say.", "candidates": [{"text": ""}, {"text": " "}]}""");

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal("stdin:1: \"candidates\" lists 2 and all are empty; at least one must have text", outcome.Records[0]["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task Blend_InstructionOnATerminal_StreamsTheFusedAnswerAndTellsTheVerdict()
    {
        var outcome = await CommandLine.RunAsync(
            [],
            ["blend", "--ranker", ranker.Folder, "--fuser", fuser.Folder, "--max-new-tokens", "30", Spanish],
            terminal => terminal with { OutIsTerminal = true, Width = 100, Variable = name => name == "TERM" ? "dumb" : null });

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Contains("fuser tiny-fuser, fp32", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("The fused answer  by tiny-fuser, from the best 3", outcome.Out, StringComparison.Ordinal);
        Assert.Matches(@"used: (not )?worse than the best candidate, by [+-]?\d", outcome.Out);
        Assert.All(outcome.Out.Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 100));
    }

    public void Dispose() => folder.Dispose();

    private static string Given(JsonNode record) => record["fusion"]!["given"]!.GetValue<string>();

    private static string Answer(JsonNode record) => record["answer"]!.GetValue<string>();

    // The first of the best: what a tie goes to.
    private static string Best(JsonNode record) => record["candidates"]!.AsArray()
        .OrderBy(candidate => candidate!["rank"]!.GetValue<int>()).First(candidate => !string.IsNullOrWhiteSpace(candidate!["text"]!.GetValue<string>()))!["text"]!
        .GetValue<string>();

    private static string Renumbered(string line, int id)
    {
        var record = JsonNode.Parse(line)!;
        record["id"] = id;
        return record.ToJsonString();
    }

    // Every token is embedded alike, no layer adds anything to it, and one row of the head alone looks like it.
    private string FuserOfOneToken(int token)
    {
        var checkpoint = folder.CopyOf(fuser.Checkpoint, "damaged-checkpoint");
        var path = Path.Combine(checkpoint, "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        var header = (int)BitConverter.ToInt64(bytes);
        foreach (var (name, tensor) in JsonNode.Parse(Encoding.UTF8.GetString(bytes, 8, header))!.AsObject().Where(entry => entry.Key != "__metadata__"))
        {
            var offsets = tensor!["data_offsets"]!.AsArray();
            var (start, end) = (offsets[0]!.GetValue<int>(), offsets[1]!.GetValue<int>());
            var values = MemoryMarshal.Cast<byte, float>(bytes.AsSpan(8 + header + start, end - start));
            if (name is "shared.weight")
            {
                values.Fill(1);
            }
            else if (name is "lm_head.weight")
            {
                values.Clear();
                values.Slice(token * Hidden, Hidden).Fill(1);
            }
            else if (name.Contains(".o.weight", StringComparison.Ordinal) || name.Contains(".wo.weight", StringComparison.Ordinal))
            {
                values.Clear();
            }
            else if (name is "decoder.final_layer_norm.weight")
            {
                values.Fill(1);
            }
        }

        File.WriteAllBytes(path, bytes);
        return ModelImport.Import(checkpoint, folder.File("damaged"), Precision.Float32).Path;
    }

    private Task<Outcome> BlendAsync(string records, params string[] options) => CommandLine.RunAsync(
        records,
        ["blend", "--from", "-", "--ranker", ranker.Folder, .. options.Contains("--fuser") ? Array.Empty<string>() : ["--fuser", fuser.Folder],
            .. options.Contains("--max-new-tokens") ? Array.Empty<string>() : ["--max-new-tokens", "16"], .. options]);
}
