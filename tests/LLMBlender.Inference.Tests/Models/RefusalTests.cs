using System.Text;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.Tokenization;
using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Models;

/// <summary>Checkpoints that can't be imported: the error says what they are.</summary>
public sealed class RefusalTests : IDisposable
{
    private const string Pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 8648791\n";

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("spm.model")]
    [InlineData("tokenizer.json")]
    [InlineData("tokenizer_config.json")]
    [InlineData("added_tokens.json")]
    public void Import_GitLfsPointer_IsCalledOne(string file)
    {
        var source = Source();
        File.WriteAllText(Path.Combine(source, file), Pointer);

        AssertRefused(source, $"{Path.Combine(source, file)}: is a Git LFS pointer");
    }

    [Theory]
    [InlineData("vocab.txt")]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    [InlineData("spiece.model")]
    public void LoadTokenizer_GitLfsPointer_IsCalledOne(string file)
    {
        folder.Write("vocab.json", """{"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "<mask>": 4}""");
        if (file is "vocab.txt" or "spiece.model")
        {
            File.Delete(folder.File("vocab.json"));
        }

        folder.Write(file, Pointer);

        var e = Assert.Throws<ModelException>(() => Tokenizer.Load(folder.Path));

        Assert.Contains($"{folder.File(file)}: is a Git LFS pointer", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_BackboneThatIsAPointer_IsCalledOne()
    {
        var source = Source();
        File.WriteAllText(
            Path.Combine(source, "config.json"),
            """{"ranker_type": "pairranker", "model_type": "deberta", "model_name": "someone/backbone"}""");
        folder.CopyOf(Fixture.File("pairrm-tiny"), "backbone");
        File.WriteAllText(folder.File("backbone", "spm.model"), Pointer);

        AssertRefused(source, $"{folder.File("backbone", "spm.model")}: is a Git LFS pointer");
    }

    [Theory]
    [InlineData("mt5")]
    [InlineData("umt5")]
    [InlineData("led")]
    [InlineData("pegasus")]
    [InlineData("llama")]
    [InlineData("deberta")]
    [InlineData("distilbert")]
    public void Import_OtherArchitecture_NamesAllThatCanBeImported(string type)
    {
        using var bert = new BertCheckpoint();
        bert.Config["model_type"] = type;

        var e = Assert.Throws<ModelException>(() => bert.Import("model"));

        Assert.Contains($"\"model_type\" is \"{type}\"", e.Message, StringComparison.Ordinal);
        Assert.All(
            (string[])["bert", "roberta", "xlm-roberta", "deberta-v2", "t5", "bart"],
            name => Assert.Matches($"[ ,]{name}[ ,]", e.Message));
    }

    [Fact]
    public void Import_ConfigWithAByteOrderMark_IsTheSameModel()
    {
        var source = Source();
        var expected = ModelImport.Import(source, folder.File("a"), Precision.Float32).Manifest;
        var config = File.ReadAllText(Path.Combine(source, "config.json"));
        File.WriteAllText(Path.Combine(source, "config.json"), config, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true));

        Assert.Equal(expected.TensorHash, ModelImport.Import(source, folder.File("b"), Precision.Float32).Manifest.TensorHash);
        File.WriteAllText(Path.Combine(source, "config.json"), config, Encoding.Unicode);
        AssertRefused(source, "config.json: is UTF-16, and must be UTF-8");
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("model.safetensors")]
    [InlineData("tokenizer_config.json")]
    public void Import_PipeInsteadOfAFile_IsRefusedAndNotWaitedFor(string file)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no pipes among files");
        var source = Source();
        File.Delete(Path.Combine(source, file));
        using (var made = System.Diagnostics.Process.Start("mkfifo", [Path.Combine(source, file)]))
        {
            made.WaitForExit();
            Assert.Equal(0, made.ExitCode);
        }

        AssertRefused(source, Path.Combine(source, file));
    }

    // Found by fuzzing.
    [Theory]
    [InlineData("\\ud800", "must be valid Unicode")]
    [InlineData("\u00FF", "is not valid UTF-8")]
    public void Import_ConfigOfInvalidUnicode_IsRefused(string type, string problem)
    {
        var source = Source();
        var config = File.ReadAllText(Path.Combine(source, "config.json"));
        File.WriteAllText(Path.Combine(source, "config.json"), config.Replace("\"deberta-v2\"", $"\"{type}\"", StringComparison.Ordinal), Encoding.Latin1);

        AssertRefused(source, problem);
    }

    [Fact]
    public void Import_LinkToADevice_IsRefused()
    {
        Assert.SkipUnless(File.Exists("/dev/zero"), "this system has no /dev/zero");
        var source = Source();
        File.Delete(Path.Combine(source, "config.json"));
        File.CreateSymbolicLink(Path.Combine(source, "config.json"), "/dev/zero");

        AssertRefused(source, Path.Combine(source, "config.json"));
    }

    // As the hub's cache lays files out.
    [Fact]
    public void Import_LinksToFiles_IsTheSameModel()
    {
        var source = Source();
        var links = Directory.CreateDirectory(folder.File("links", "source")).FullName;
        foreach (var file in Directory.EnumerateFiles(source))
        {
            File.CreateSymbolicLink(Path.Combine(links, Path.GetFileName(file)), Path.GetRelativePath(links, file));
        }

        var (expected, actual) = (
            ModelImport.Import(source, folder.File("a"), Precision.Float32).Manifest, ModelImport.Import(links, folder.File("b"), Precision.Float32).Manifest);

        Assert.Equal(expected.Files, actual.Files);
        Assert.All(Directory.EnumerateFiles(folder.File("b")), file => Assert.Null(new FileInfo(file).LinkTarget));
    }

    public void Dispose() => folder.Dispose();

    private string Source() => folder.CopyOf(Fixture.File("pairrm-tiny"), "source");

    private void AssertRefused(string source, string problem)
    {
        var e = Assert.Throws<ModelException>(() => ModelImport.Import(source, folder.File("model"), Precision.Float32));
        Assert.Contains(problem, e.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("model")));
    }
}
