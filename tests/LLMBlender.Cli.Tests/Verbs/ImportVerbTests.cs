using System.Text.Json.Nodes;
using LLMBlender.Inference.Models;
using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class ImportVerbTests : IDisposable
{
    private const string Record = """{"id": 1, "instruction": "Two and two?", "candidates": [{"text": "Four."}, {"text": "Five, I think."}]}""";

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("fp32")]
    [InlineData("fp16")]
    [InlineData("int8")]
    public async Task Import_Twice_GivesAUsableModelAndTheSameBytes(string precision)
    {
        foreach (var place in (string[])["a", "b"])
        {
            var outcome = await CommandLine.RunAsync(
                "models", "import", TinyModel.Checkpoint, "--to", folder.File(place, "model"), "--precision", precision);
            Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
            Assert.Contains($"pair-ranker, {precision}, ", outcome.Out, StringComparison.Ordinal);
        }

        Assert.Equal(Files("a"), Files("b"));
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync(Record, ["rank", "--from", "-", "--ranker", folder.File("a", "model")])).Code);
    }

    [Fact]
    public async Task Import_BlenderLayoutBesideItsBackbone_RanksAsTheHuggingFaceLayout()
    {
        WriteBlenderLayout("backbone");

        await ImportAsync(ExitCode.Done, folder.File("ranker"));

        Assert.Equal(await RankAsync(await ImportHuggingFaceAsync()), await RankAsync(folder.File("model")));
    }

    [Fact]
    public async Task Import_BlenderLayoutWithBackboneElsewhere_NeedsTheOption()
    {
        WriteBlenderLayout(Path.Combine("else", "where"));

        var without = await ImportAsync(ExitCode.Model, folder.File("ranker"));
        Assert.Contains("--backbone", without.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("model")));

        await ImportAsync(ExitCode.Done, folder.File("ranker"), "--backbone", folder.File("else", "where"));
        Assert.Equal(await RankAsync(await ImportHuggingFaceAsync()), await RankAsync(folder.File("model")));
    }

    [Fact]
    public async Task Import_Fails_LeavesTheModelThatWasThere()
    {
        await ImportAsync(ExitCode.Done, TinyModel.Checkpoint);
        var before = Files("");
        var source = folder.CopyOf(TinyModel.Checkpoint, "source");
        File.Delete(Path.Combine(source, "spm.model"));

        await ImportAsync(ExitCode.Model, source);

        Assert.Equal(before, Files(""));
        Assert.Equal([folder.File("model"), source], Directory.GetFileSystemEntries(folder.Path).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Import_OverAnotherModel_ReplacesIt()
    {
        await ImportAsync(ExitCode.Done, TinyModel.Checkpoint);
        await ImportAsync(ExitCode.Done, TinyModel.Checkpoint, "--precision", "int8");

        Assert.Contains(
            "\"precision\": \"int8\"",
            await File.ReadAllTextAsync(folder.File("model", "manifest.json"), TestContext.Current.CancellationToken),
            StringComparison.Ordinal);
        Assert.Equal([folder.File("model")], Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task Import_NoSuchSource_IsABadArgument()
    {
        var outcome = await ImportAsync(ExitCode.Usage, folder.File("nothing"));

        Assert.Equal($"llmblender: SRC {folder.File("nothing")}: there is no such folder\n", outcome.Error);
    }

    [Fact]
    public async Task Import_UnknownPrecision_ListsTheKnownOnes()
    {
        var outcome = await ImportAsync(ExitCode.Usage, TinyModel.Checkpoint, "--precision", "fp8");

        Assert.Contains("--precision is \"fp8\", and must be one of fp32, fp16, int8", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_ARewardModelWithLimits_RecordsThem()
    {
        using var bert = Reward();
        var outcome = await CommandLine.RunAsync(
            "models", "import", bert.File("source-checkpoint"), "--to", folder.File("limited"), "--precision", "int8", "--max-length", "32", "--source-max-length", "12");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var manifest = ModelManifest.Read(folder.File("limited"));
        Assert.Equal((32, 12, "int8"), (manifest.MaxLength, manifest.SourceMaxLength, manifest.Precision));
    }

    [Theory]
    [InlineData("--max-length", "4096", "can't have rows of 4096 tokens")]
    [InlineData("--source-max-length", "400", "can't keep 400 tokens of a source")]
    public async Task Import_ALimitThatTheEncoderCannotHave_IsRefused(string option, string value, string problem)
    {
        using var bert = Reward();
        var outcome = await CommandLine.RunAsync("models", "import", bert.File("source-checkpoint"), "--to", folder.File("limited"), option, value);

        Assert.Equal(ExitCode.Model, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Import_APairRankerWithALimit_IsRefused()
    {
        var outcome = await CommandLine.RunAsync("models", "import", TinyModel.Checkpoint, "--to", folder.File("limited"), "--max-length", "64");

        Assert.Equal(ExitCode.Model, outcome.Code);
        Assert.Contains("is imported as a pair-ranker: only the rows of a sequence-classifier or a summareranker can be limited", outcome.Error, StringComparison.Ordinal);
    }

    private static BertCheckpoint Reward()
    {
        var bert = new BertCheckpoint();
        bert.Config["architectures"] = new JsonArray("BertForSequenceClassification");
        bert.Add("classifier.weight", 1, 1, BertCheckpoint.Hidden);
        bert.Add("classifier.bias", 1, 1);
        bert.Import("source");
        return bert;
    }

    public void Dispose() => folder.Dispose();

    private static async Task<string> RankAsync(string model) =>
        (await CommandLine.RunAsync(Record, ["rank", "--from", "-", "--matrix", "--ranker", model])).Out
            .Replace($"\"name\":\"{Path.GetFileName(model)}\"", "\"name\":\"…\"", StringComparison.Ordinal);

    private async Task<Outcome> ImportAsync(int code, string source, params string[] options)
    {
        var outcome = await CommandLine.RunAsync(["models", "import", source, "--to", folder.File("model"), .. options]);
        Assert.Equal(code, outcome.Code);
        return outcome;
    }

    private async Task<string> ImportHuggingFaceAsync()
    {
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync("models", "import", TinyModel.Checkpoint, "--to", folder.File("hf"))).Code);
        return folder.File("hf");
    }

    private IEnumerable<string> Files(string place) =>
        Directory.GetFiles(Path.Combine(folder.Path, place, "model")).Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}");

    // The tiny ranker as llm-blender/PairRM lays itself out: a config that only names its backbone.
    private void WriteBlenderLayout(string backbone)
    {
        Directory.CreateDirectory(folder.File("ranker"));
        File.Copy(Path.Combine(TinyModel.Checkpoint, "model.safetensors"), folder.File("ranker", "model.safetensors"));
        File.WriteAllText(
            folder.File("ranker", "config.json"),
            """
            {"ranker_type": "pairranker", "model_type": "deberta", "model_name": "backbone", "source_maxlength": 1224,
             "candidate_maxlength": 412, "n_tasks": 1, "reduce_type": "linear"}
            """);

        Directory.CreateDirectory(folder.File(backbone));
        var config = JsonNode.Parse(File.ReadAllBytes(Path.Combine(TinyModel.Checkpoint, "config.json")))!.AsObject();
        foreach (var own in (string[])["architectures", "source_prefix_id", "cand1_prefix_id", "cand2_prefix_id", "cand_prefix_id", "n_tasks"])
        {
            config.Remove(own);
        }

        config["vocab_size"] = 4100;
        File.WriteAllText(folder.File(backbone, "config.json"), config.ToJsonString());
        File.Copy(Path.Combine(TinyModel.Checkpoint, "spm.model"), folder.File(backbone, "spm.model"));
        File.WriteAllText(folder.File(backbone, "tokenizer_config.json"), """{"do_lower_case": false, "vocab_type": "spm"}""");
    }
}
