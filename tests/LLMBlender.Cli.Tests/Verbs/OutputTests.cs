using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary>Outputs that are another name of a file that the run reads or writes.</summary>
public sealed class OutputTests(TinyModel tiny, TinyFuserModel fuser) : IDisposable
{
    private const string Record = """
        {"id": 1, "instruction": "q", "prompt": "p", "text": "t", "a": "x", "b": "y", "output": "o", "candidates": [{"model": "m", "text": "a"}, {"model": "n", "text": "b"}]}
        """;

    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("rank", "hard.jsonl")]
    [InlineData("rank", "up/in.jsonl")]
    [InlineData("compare", "hard.jsonl")]
    [InlineData("compare", "up/in.jsonl")]
    [InlineData("blend", "hard.jsonl")]
    [InlineData("fuse", "hard.jsonl")]
    [InlineData("generate", "up/hard.jsonl")]
    [InlineData("tokenize", "up/hard.jsonl")]
    public async Task To_InputByAnotherName_IsRefusedAndNothingLost(string verb, string name)
    {
        var input = Input();

        var outcome = await CommandLine.RunAsync([verb, .. Model(verb), "--from", input, "--to", folder.File(name)]);

        AssertRefused(outcome, "is the file that --from ", input);
    }

    [Fact]
    public async Task To_FileThatStandardInputReads_IsRefusedAndNothingLost()
    {
        var input = Input();
        await using var stdin = File.OpenRead(input);

        var outcome = await CommandLine.RunAsync([], ["rank", .. Model("rank"), "--from", "-", "--to", folder.File("hard.jsonl")], terminal => terminal with { In = stdin });

        AssertRefused(outcome, "is the file that --from - reads", input);
    }

    [Theory]
    [InlineData("--html", "hard.jsonl")]
    [InlineData("--json", "up/in.jsonl")]
    [InlineData("--markdown", "in.jsonl")]
    [InlineData("--work", "hard.jsonl")]
    public async Task Evaluate_ReportIsTheInput_IsRefusedAndNothingLost(string option, string name)
    {
        var input = Input();

        var outcome = await CommandLine.RunAsync("evaluate", "--from", input, "--ranker", tiny.Folder, option, folder.File(name));

        AssertRefused(outcome, $"{option} {folder.File(name)}: is the file that --from ", input);
    }

    [Fact]
    public async Task Evaluate_TwoReportsInOneFile_IsRefused()
    {
        var outcome = await CommandLine.RunAsync("evaluate", "--from", Input(), "--ranker", tiny.Folder, "--html", folder.File("report"), "--json", folder.File("up", "report"));

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("writes, and must be another", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--to", "hard.jsonl")]
    [InlineData("--to", "up/in.jsonl")]
    [InlineData("--work", "hard.jsonl")]
    public async Task Build_OutputIsTheInput_IsRefusedAndNothingLost(string option, string name)
    {
        var input = Input();

        var outcome = await CommandLine.RunAsync(
            option == "--to" ? ["dataset", "build", "--from", input, "--to", folder.File(name)]
                : ["dataset", "build", "--from", input, "--to", folder.File("out"), option, folder.File(name)]);

        AssertRefused(outcome, $"{option} {folder.File(name)}: is the file that --from ", input);
    }

    [Fact]
    public async Task Rank_ModelUnusable_KeepsTheOlderOutput()
    {
        var to = folder.Write("out.jsonl", "older");

        var outcome = await CommandLine.RunAsync("rank", "--from", Input(), "--to", to, "--ranker", folder.File("nowhere"));

        Assert.Equal(ExitCode.Model, outcome.Code);
        Assert.Equal("older", await File.ReadAllTextAsync(to, TestContext.Current.CancellationToken));
    }

    public void Dispose() => folder.Dispose();

    private void AssertRefused(Outcome outcome, string problem, string input)
    {
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(Record, File.ReadAllText(input));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.partial"));
    }

    private string[] Model(string verb) => verb switch
    {
        "fuse" => ["--fuser", fuser.Folder],
        "generate" or "tokenize" => ["--model", fuser.Folder],
        _ => ["--ranker", tiny.Folder],
    };

    private string Input()
    {
        var input = folder.Write("in.jsonl", Record);
        Directory.CreateSymbolicLink(folder.File("up"), ".");
        using var link = System.Diagnostics.Process.Start("ln", [input, folder.File("hard.jsonl")]);
        link.WaitForExit();
        Assert.Equal(0, link.ExitCode);
        return input;
    }
}
