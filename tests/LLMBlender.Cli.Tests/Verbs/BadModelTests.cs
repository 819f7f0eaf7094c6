using System.Text.Json.Nodes;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Checkpoints;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary>A model or checkpoint that can't be used: exit code 3, one line that names file and rule, and no output made.</summary>
public sealed class BadModelTests(TinyModel tiny) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("model.safetensors", "the file was truncated or changed")]
    [InlineData("graph.onnx", "the file was truncated or changed")]
    [InlineData("spm.model", "the file was truncated or changed")]
    public async Task Rank_TruncatedFile_IsNamed(string name, string rule)
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        var path = Path.Combine(model, name);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(path, bytes[..(bytes.Length / 2)], TestContext.Current.CancellationToken);

        AssertUnusable(await RankAsync(model), path, rule);
    }

    [Fact]
    public async Task Rank_TamperedFile_IsNamed()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        var path = Path.Combine(model, "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        bytes[^1] ^= 1;
        await File.WriteAllBytesAsync(path, bytes, TestContext.Current.CancellationToken);

        AssertUnusable(await RankAsync(model), path, "has SHA-256 ");
    }

    [Fact]
    public async Task Rank_MissingFile_IsNamed()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        File.Delete(Path.Combine(model, "config.json"));

        AssertUnusable(await RankAsync(model), Path.Combine(model, "config.json"), "the file is missing");
    }

    [Fact]
    public async Task Rank_FolderWithoutManifest_SaysHowToMakeOne() =>
        AssertUnusable(await RankAsync(TinyModel.Checkpoint), TinyModel.Checkpoint, "is not a model folder: it has no manifest.json (models import makes one)");

    [Fact]
    public async Task Rank_NoSuchModel_SaysWhereItLooked() =>
        AssertUnusable(await RankAsync("nowhere"), "nowhere", "no such model");

    [Fact]
    public async Task Rank_BrokenManifest_IsNamed()
    {
        var model = folder.CopyOf(tiny.Folder, "model");
        await File.WriteAllTextAsync(Path.Combine(model, "manifest.json"), "{\"format\": 1", TestContext.Current.CancellationToken);

        AssertUnusable(await RankAsync(model), Path.Combine(model, "manifest.json"), "not a manifest");
    }

    [Fact]
    public async Task Tokenize_FolderWithoutTokenizer_IsNamed()
    {
        var empty = Directory.CreateDirectory(folder.File("empty")).FullName;

        AssertUnusable(await CommandLine.RunAsync("tokenize", "--from", "-", "--model", empty), empty, "contains no tokenizer");
    }

    [Fact]
    public async Task Import_AnotherArchitecture_IsNamed()
    {
        var source = Checkpoint(config => config["model_type"] = "gpt2");

        AssertUnusable(await ImportAsync(source), Path.Combine(source, "config.json"), "\"model_type\" is \"gpt2\"");
    }

    [Fact]
    public async Task Import_ConfigAgainstTensors_NamesTheTensor()
    {
        var source = Checkpoint(config => config["num_hidden_layers"] = 4);

        AssertUnusable(await ImportAsync(source), source, "pretrained_model.encoder.layer.3.");
    }

    [Fact]
    public async Task Import_PickleWithCodeInIt_IsNamedAndNotRun()
    {
        var source = Checkpoint(_ => { });
        File.Delete(Path.Combine(source, "model.safetensors"));
        await File.WriteAllBytesAsync(
            Path.Combine(source, "pytorch_model.bin"),
            new TorchFile().ToArray([0x80, 2, .. "cos\nsystem\n(X\u0004\0\0\0truetR."u8]),
            TestContext.Current.CancellationToken);

        AssertUnusable(await ImportAsync(source), Path.Combine(source, "pytorch_model.bin"), "refers to 'os.system'");
    }

    [Fact]
    public async Task Import_TruncatedWeights_IsNamed()
    {
        var source = Checkpoint(_ => { });
        var path = Path.Combine(source, "model.safetensors");
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(path, bytes[..(bytes.Length / 2)], TestContext.Current.CancellationToken);

        AssertUnusable(await ImportAsync(source), path, "");
    }

    public void Dispose() => folder.Dispose();

    private static void AssertUnusable(Outcome outcome, string path, string rule)
    {
        Assert.Equal((ExitCode.Model, ""), (outcome.Code, outcome.Out));
        Assert.StartsWith($"llmblender: {path}", outcome.Error, StringComparison.Ordinal);
        Assert.Contains(rule, outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd('\n').Split('\n'));
    }

    private async Task<Outcome> RankAsync(string model)
    {
        var from = folder.Write("in.jsonl", """{"id": 1, "instruction": "Say.", "candidates": [{"text": "a"}]}""");
        var to = folder.Write("out.jsonl", "kept");
        var outcome = await CommandLine.RunAsync("rank", "--from", from, "--to", to, "--ranker", model);
        Assert.Equal("kept", await File.ReadAllTextAsync(to, TestContext.Current.CancellationToken));
        return outcome;
    }

    private async Task<Outcome> ImportAsync(string source)
    {
        var outcome = await CommandLine.RunAsync("models", "import", source, "--to", folder.File("out", "model"));
        Assert.False(Directory.Exists(folder.File("out")) && Directory.EnumerateFileSystemEntries(folder.File("out")).Any());
        return outcome;
    }

    private string Checkpoint(Action<JsonObject> change)
    {
        var source = folder.CopyOf(TinyModel.Checkpoint, "checkpoint");
        var path = Path.Combine(source, "config.json");
        var config = JsonNode.Parse(File.ReadAllBytes(path))!.AsObject();
        change(config);
        File.WriteAllText(path, config.ToJsonString());
        return source;
    }
}
