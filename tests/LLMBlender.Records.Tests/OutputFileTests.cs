using System.Text;

namespace LLMBlender.Records.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class OutputFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("llmblender-output-").FullName;

    [Theory]
    [InlineData("in.jsonl")]
    [InlineData("sub/../in.jsonl")]
    [InlineData("link.jsonl")]
    [InlineData("hard.jsonl")]
    [InlineData("up/in.jsonl")]
    [InlineData("up/up/hard.jsonl")]
    public void Prepare_InputByAnyName_IsRefused(string name)
    {
        WriteInput();

        var e = Assert.Throws<UsageException>(() => OutputFile.Prepare("--to", At(name), RunFile.Read("--from", At("in.jsonl"))));

        Assert.Contains("is the file that --from", e.Message, StringComparison.Ordinal);
        Assert.Contains("reads, and must be another", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("in.jsonl")]
    [InlineData("hard.jsonl")]
    [InlineData("up/in.jsonl")]
    public void At_InputThatStandardInputReads_IsRefused(string name)
    {
        WriteInput();
        using var stdin = File.OpenRead(At("in.jsonl"));
        using var input = RecordInput.Open("-", stdin);

        var e = Assert.Throws<UsageException>(() => RecordOutput.At(At(name), Stream.Null, input.File));

        Assert.Equal($"--to {At(name)}: is the file that --from - reads, and must be another", e.Message);
        Assert.Equal("input\n", File.ReadAllText(At("in.jsonl")));
    }

    [Fact]
    public void At_StandardOutputThatAppendsToTheInput_IsRefused()
    {
        WriteInput();
        using var input = RecordInput.Open(At("in.jsonl"), Stream.Null);
        using var stdout = new FileStream(At("hard.jsonl"), FileMode.Append, FileAccess.Write, FileShare.ReadWrite);

        Assert.Throws<UsageException>(() => RecordOutput.At(null, stdout, input.File));
    }

    [Fact]
    public void Prepare_OtherFileOfTheSameContent_IsAccepted()
    {
        WriteInput();
        File.Copy(At("in.jsonl"), At("copy.jsonl"));

        OutputFile.Prepare("--to", At("copy.jsonl"), RunFile.Read("--from", At("in.jsonl"))).Dispose();
    }

    [Fact]
    public void Complete_OverAnOlderFile_ReplacesItAtTheEnd()
    {
        File.WriteAllText(At("out"), "older");
        File.SetUnixFileMode(At("out"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var output = OutputFile.Prepare("--to", At("out"), []);
        output.Stream.Write("newer"u8);
        output.Stream.Flush();
        Assert.Equal("older", File.ReadAllText(At("out")));

        output.Complete();

        Assert.Equal("newer", File.ReadAllText(At("out")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(At("out")));
        Assert.Equal([At("out")], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Dispose_WithoutCompletion_KeepsTheOlderFileAndTheNewContent()
    {
        File.WriteAllText(At("out"), "older");
        using (var output = OutputFile.Prepare("--to", At("out"), []))
        {
            output.Stream.Write("some"u8);
        }

        Assert.Equal("older", File.ReadAllText(At("out")));
        Assert.Equal("some", File.ReadAllText(Assert.Single(Directory.GetFiles(folder, "*.partial"))));
    }

    [Fact]
    public void Dispose_WithoutCompletionAndWithoutAnOlderFile_KeepsTheNewContent()
    {
        using (var output = OutputFile.Prepare("--to", At("out"), []))
        {
            output.Stream.Write("some"u8);
        }

        Assert.Equal("some", File.ReadAllText(At("out")));
        Assert.Equal([At("out")], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public void Complete_ThroughALink_KeepsTheLink()
    {
        File.WriteAllText(At("real"), "older");
        File.CreateSymbolicLink(At("link"), At("real"));
        using var output = OutputFile.Prepare("--to", At("link"), []);
        output.Stream.Write("newer"u8);

        output.Complete();

        Assert.Equal("newer", File.ReadAllText(At("real")));
        Assert.NotNull(new FileInfo(At("link")).LinkTarget);
    }

    [Fact]
    public void Complete_Device_IsWrittenDirectly()
    {
        using var output = OutputFile.Prepare("--to", "/dev/null", []);
        output.Stream.Write("text"u8);

        output.Complete();

        Assert.True(File.Exists("/dev/null"));
        Assert.Empty(Directory.GetFiles("/dev", "null.*.partial"));
    }

    [Theory]
    [InlineData("{\"id\": 1}")]
    [InlineData("precious")]
    [InlineData("{\"work\": 1}x")]
    public void WorkFile_FileOfAnotherKind_IsNotOverwritten(string content)
    {
        File.WriteAllText(At("file"), content);

        Assert.Throws<UsageException>(() => WorkFile.Open(At("file"), "{\"work\": 1}", _ => { }));

        Assert.Equal(content, File.ReadAllText(At("file")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"wo")]
    [InlineData("{\"work\": 1}")]
    public void WorkFile_UnfinishedFirstLine_IsBegunAgain(string content)
    {
        File.WriteAllText(At("file"), content);

        WorkFile.Open(At("file"), "{\"work\": 1}", _ => { }).Dispose();

        Assert.Equal("{\"work\": 1}\n", File.ReadAllText(At("file")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string At(string name) => Path.Combine(folder, name);

    private void WriteInput()
    {
        File.WriteAllBytes(At("in.jsonl"), Encoding.UTF8.GetBytes("input\n"));
        File.CreateSymbolicLink(At("link.jsonl"), "in.jsonl");
        Directory.CreateDirectory(At("sub"));
        Directory.CreateSymbolicLink(At("up"), ".");
        using var link = System.Diagnostics.Process.Start("ln", [At("in.jsonl"), At("hard.jsonl")]);
        link.WaitForExit();
        Assert.Equal(0, link.ExitCode);
    }
}
