using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class VerifyVerbTests(TinyModel tiny, TinyFuserModel fuser) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static string Cases => Path.GetDirectoryName(RankGroup.CasesFile)!;

    [Fact]
    public async Task Verify_SoundModel_TellsTheLargestDifference()
    {
        var outcome = await CommandLine.RunAsync("models", "verify", tiny.Folder, "--cases", Cases);

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Matches(@"largest difference \d(\.\d+)?E-6, verified", outcome.Out);
        Assert.Contains("skipped: 1 case: the text contains a control token", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_WithoutCases_ChecksEachFileAndNamesADamagedOne()
    {
        var copy = folder.File("copy");
        Directory.CreateDirectory(copy);
        foreach (var file in Directory.GetFiles(tiny.Folder))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        var sound = await CommandLine.RunAsync("models", "verify", copy);
        var record = (await CommandLine.RunAsync("models", "verify", copy, "--json")).Records.Single();
        await File.AppendAllTextAsync(Path.Combine(copy, "config.json"), " ", TestContext.Current.CancellationToken);
        var damaged = await CommandLine.RunAsync("models", "verify", copy);

        Assert.Equal((ExitCode.Done, ""), (sound.Code, sound.Error));
        Assert.Matches(@"copy: pair-ranker, \w+, \d+ files intact\n$", sound.Out);
        Assert.True(record["verified"]!.GetValue<bool>());
        Assert.NotEqual(ExitCode.Done, damaged.Code);
        Assert.Contains("config.json", damaged.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_Json_CountsWhatWasCompared()
    {
        var report = (await CommandLine.RunAsync("models", "verify", tiny.Folder, "--cases", Cases, "--json")).Records.Single();

        var matrices = RankGroup.All.SelectMany(group => group.Plain.Select(i => group.Candidates(i).Length)).Sum(count => count * (count - 1));
        Assert.True(report["verified"]!.GetValue<bool>());
        Assert.InRange(report["largest_difference"]!.GetValue<double>(), 1e-9, 2e-5);
        var quantities = report["quantities"]!.AsArray().ToDictionary(one => one!["name"]!.GetValue<string>(), one => one!);
        Assert.Equal(matrices, quantities["matrix"]["values"]!.GetValue<int>());
        Assert.Equal(RankGroup.All.Sum(group => group.Plain.Count()), quantities["ranks"]["values"]!.GetValue<int>());
    }

    [Fact]
    public async Task Verify_SoundFuser_HoldsEverythingToTheReference()
    {
        var report = (await CommandLine.RunAsync("models", "verify", fuser.Folder, "--cases", T5Fixture.Cases, "--json")).Records.Single();

        Assert.True(report["verified"]!.GetValue<bool>());
        Assert.InRange(report["largest_difference"]!.GetValue<double>(), 1e-9, 1e-4);
        var values = report["quantities"]!.AsArray().ToDictionary(one => one!["name"]!.GetValue<string>(), one => one!["values"]!.GetValue<int>());
        Assert.Equal((16, 64, 3, 12, 12), (values["greedy ids"], values["beam ids"], values["batched beam4 ids"], values["fuser source ids"], values["fused ids"]));
    }

    [Theory]
    [InlineData("bert-tiny", "encoder", "BERTScore", 84)]
    [InlineData("bart-tiny", "likelihood", "BARTScore", 13)]
    public async Task Verify_ModelOfAMetric_HoldsItsScoresToTheReference(string name, string kind, string quantity, int values)
    {
        var imported = await CommandLine.RunAsync("models", "import", PackedFixture.Write(name, folder.File("checkpoint")), "--to", folder.File("model"));
        var report = (await CommandLine.RunAsync("models", "verify", folder.File("model"), "--cases", PackedFixture.Cases(name), "--json")).Records.Single();

        Assert.Equal(ExitCode.Done, imported.Code);
        Assert.True(report["verified"]!.GetValue<bool>());
        Assert.Equal(kind, report["kind"]!.GetValue<string>());
        Assert.Equal(values, report["quantities"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == quantity)!["values"]!.GetValue<int>());
        Assert.InRange(report["largest_difference"]!.GetValue<double>(), 1e-9, 2e-5);
    }

    [Fact]
    public async Task Verify_DamagedFuserWithAMatchingManifest_Fails()
    {
        var model = folder.CopyOf(fuser.Folder, "model");
        ChangeTensor(model, "decoder.block.1.layer.0.SelfAttention.k.weight", values => values[0] += 0.5f);

        var outcome = await CommandLine.RunAsync("models", "verify", model, "--cases", T5Fixture.Cases);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("teacher-forced logits", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("differs from the reference", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_DamagedTensorWithAMatchingManifest_Fails()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        ChangeTensor(model, "pretrained_model.encoder.layer.1.output.dense.bias", values => values[0] += 0.01f);

        var outcome = await CommandLine.RunAsync("models", "verify", model, "--cases", Cases);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("exceeds tolerance at ", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("differs from the reference", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_DamagedHeadThatGivesNoNumbers_Fails()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        ChangeTensor(model, "head_layer.4.weight", values => values.Fill(float.NaN));

        Assert.Equal(ExitCode.SomeFailed, (await CommandLine.RunAsync("models", "verify", model, "--cases", Cases, "--json")).Code);
    }

    [Fact]
    public async Task GenerateAndFuse_ModelThatGivesNoNumbers_IsUnusableAndFallenBackFrom()
    {
        var model = folder.CopyOf(fuser.Folder, "model");
        ChangeTensor(model, "lm_head.weight", values => values.Fill(float.NaN));
        const string Record = """{"id": 1, "prompt": "Say.", "instruction": "Say.", "candidates": [{"text": "a"}]}""";

        var generated = await CommandLine.RunAsync(Record, ["generate", "--model", model, "--from", "-"]);
        var fused = await CommandLine.RunAsync(Record, ["fuse", "--fuser", model, "--from", "-"]);

        Assert.Equal(ExitCode.Model, generated.Code);
        Assert.Contains("returned logits that are not finite: the model is damaged", generated.Error, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Done, "a"), (fused.Code, fused.Records.Single()["answer"]!.GetValue<string>()));
        Assert.Contains("tiny-fuser failed: ", fused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rank_ModelThatGivesNoNumbers_FailsTheRecord()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        ChangeTensor(model, "head_layer.4.weight", values => values.Fill(float.NaN));
        const string Records = """
            {"id": "two", "instruction": "Say.", "candidates": [{"text": "a"}, {"text": "b"}]}
            {"id": "one", "instruction": "Say.", "candidates": [{"text": "a"}]}
            """;

        var outcome = await CommandLine.RunAsync(Records, ["rank", "--from", "-", "--ranker", model]);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal(
            "stdin:1: the ranker's logit for candidates 0 and 1 is NaN, and must be finite: the model is damaged",
            outcome.Records[0]["error"]!.GetValue<string>());
        Assert.Equal("one", outcome.Records[1]["id"]!.GetValue<string>());
        Assert.NotNull(outcome.Records[1]["ranks"]);
    }

    [Theory]
    [InlineData("deberta-tiny", "deberta-tiny")]
    [InlineData("pairrm-tiny", "pairrm-tiny")]
    [InlineData("t5-tiny", "t5-tiny")]
    public async Task Verify_RecordedReference_IsVerified(string checkpoint, string cases)
    {
        Assert.SkipUnless(SharedFolder.Exists, SharedFolder.SkipReason);
        var model = folder.File("model");
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("models", "import", SharedFolder.File("parity", checkpoint), "--to", model)).Code);

        var outcome = await CommandLine.RunAsync("models", "verify", model, "--cases", SharedFolder.File("parity", cases, "cases"));

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Contains("verified", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_FolderWithoutCases_IsABadArgument()
    {
        var outcome = await CommandLine.RunAsync("models", "verify", tiny.Folder, "--cases", folder.Path);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("holds no cases for a pair-ranker, and must have rank.json or hf_pairs.json or api.json", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("{}")]
    [InlineData("""{"groups": [{"name": "g"}]}""")]
    [InlineData("""{"groups": [{"name": "g", "rank_kwargs": {}, "inputs": ["x"], "candidates": [["a", "b"]], "matrix": "none"}]}""")]
    public async Task Verify_UnreadableCases_NamesTheFile(string content)
    {
        var path = folder.Write("rank.json", content);

        var outcome = await CommandLine.RunAsync("models", "verify", tiny.Folder, "--cases", folder.Path);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith($"llmblender: {path}: ", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
    }

    public void Dispose() => folder.Dispose();

    private delegate void Change(Span<float> values);

    // Changes a tensor in place, and the manifest with it, so that only the numbers tell.
    private static void ChangeTensor(string model, string name, Change change)
    {
        var path = Path.Combine(model, "model.safetensors");
        var bytes = File.ReadAllBytes(path);
        var header = (int)BitConverter.ToInt64(bytes);
        var offsets = JsonNode.Parse(Encoding.UTF8.GetString(bytes, 8, header))![name]!["data_offsets"]!.AsArray();
        var (start, end) = (offsets[0]!.GetValue<int>(), offsets[1]!.GetValue<int>());
        change(MemoryMarshal.Cast<byte, float>(bytes.AsSpan(8 + header + start, end - start)));
        File.WriteAllBytes(path, bytes);

        var manifest = Path.Combine(model, "manifest.json");
        var json = JsonNode.Parse(File.ReadAllBytes(manifest))!;
        json["files"]!["model.safetensors"] = Convert.ToHexStringLower(SHA256.HashData(bytes));
        File.WriteAllText(manifest, json.ToJsonString());
    }
}
