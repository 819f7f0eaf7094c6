using LLMBlender.TestKit;

namespace LLMBlender.Cli.Tests.Verbs;

public sealed class ArgumentTests(TinyModel tiny) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Theory]
    [InlineData("Option '--from' is required", "rank")]
    [InlineData("--aggregate is \"alphabetical\", and must be one of max-logits, max-wins, bubble-sort, adaptive", "rank", "--from", "-", "--aggregate", "alphabetical")]
    [InlineData("--source-max-length is \"3\", and must be a whole number of at least 4", "rank", "--from", "-", "--source-max-length", "3")]
    [InlineData("--candidate-max-length is \"many\", and must be a whole number of at least 4", "rank", "--from", "-", "--candidate-max-length", "many")]
    [InlineData("--order is \"aa\", and must be one of both, ab, ba", "compare", "--from", "-", "--order", "aa")]
    [InlineData("Option '--model' is required", "tokenize", "--from", "-")]
    [InlineData("Option '--to' is required", "models", "import", "x")]
    [InlineData("Option '--from' is required", "fuse")]
    [InlineData("--top-k is \"0\", and must be a whole number of at least 1", "fuse", "--from", "-", "--top-k", "0")]
    [InlineData("--max-length is \"8\", and must be a whole number of at least 64", "fuse", "--from", "-", "--max-length", "8")]
    [InlineData("--device and --cluster exclude each other: it belongs to a process that loads models", "rank", "--from", "-", "--cluster", "h:1", "--device", "cpu")]
    [InlineData("--show-source and --cluster exclude each other", "fuse", "--from", "-", "--cluster", "h:1", "--show-source")]
    [InlineData("--config and --cluster exclude each other", "blend", "Say.", "--cluster", "h:1", "--config", "c.json")]
    [InlineData("Option '--model' is required", "generate", "--from", "-")]
    [InlineData("--top-p is \"1.5\", and must be a number above 0 and at most 1", "generate", "--model", "x", "--from", "-", "--top-p", "1.5")]
    [InlineData("--temperature is \"0\", and must be a number above 0", "generate", "--model", "x", "--from", "-", "--temperature", "0")]
    [InlineData("--advertise: \"no host\" is neither an IP address nor the name of a host that has one", "serve", "--advertise", "no host")]
    [InlineData("URL is \"localhost:8080\", and must be an http or https address such as http://127.0.0.1:8080", "health", "localhost:8080")]
    [InlineData("there is no verb \"melt\"", "melt")]
    [InlineData("there is no verb \"blnd\"; did you mean \"blend\"?", "blnd")]
    [InlineData("there is no verb \"lst\"; did you mean \"list\"?", "models", "lst")]
    [InlineData("there is no option \"--frm\"; did you mean \"--from\"?", "rank", "--frm", "x")]
    [InlineData("there is no option \"--jsn\"; did you mean \"--json\"?", "blend", "--jsn")]
    [InlineData("there is no option \"--confg\"; did you mean \"--config\"?", "blend", "--confg", "x")]
    [InlineData("\"y\" is an argument too many", "blend", "x", "y")]
    [InlineData("there is no verb \"blnd\"; did you mean \"blend\"?", "help", "blnd")]
    public async Task Run_BadArguments_NamesThemAndPointsToTheHelp(string problem, params string[] args)
    {
        var outcome = await CommandLine.RunAsync(args);

        Assert.Equal((ExitCode.Usage, ""), (outcome.Code, outcome.Out));
        Assert.StartsWith($"llmblender: {problem}", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("--help'", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tpu", "device \"tpu\" is unknown: it must be auto, cpu, cuda or cuda:N")]
    [InlineData("cuda:-1", "device \"cuda:-1\" is unknown")]
    public async Task Rank_UnknownDevice_IsNamed(string device, string problem)
    {
        var outcome = await CommandLine.RunAsync("rank", "--from", "-", "--ranker", tiny.Folder, "--device", device);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith($"llmblender: --device: {problem}", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rank_NoSuchInput_IsNamed()
    {
        var outcome = await RankAsync(folder.File("none.jsonl"), folder.File("out.jsonl"));

        Assert.Equal(new Outcome(ExitCode.Usage, "", $"llmblender: --from {folder.File("none.jsonl")}: there is no such file\n"), outcome);
        Assert.False(File.Exists(folder.File("out.jsonl")));
    }

    [Fact]
    public async Task Rank_FolderAsInput_IsNamed() => Assert.Equal(
        new Outcome(ExitCode.Usage, "", $"llmblender: --from {folder.Path}: is a folder, and must be a JSON Lines file\n"),
        await RankAsync(folder.Path, "-"));

    [Fact]
    public async Task Rank_NoFolderForTheOutput_IsNamed()
    {
        var outcome = await RankAsync(Input(), folder.File("none", "out.jsonl"));

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Equal($"llmblender: --to {folder.File("none", "out.jsonl")}: there is no folder {folder.File("none")} to write it in\n", outcome.Error);
    }

    [Fact]
    public async Task Rank_OutputIsTheInput_IsRefusedAndNothingLost()
    {
        var path = Input();
        var before = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

        var outcome = await RankAsync(path, Path.Combine(folder.Path, ".", "in.jsonl"));

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("is the file that --from reads", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Rank_Interrupted_EndsWith130()
    {
        using var stdin = new MemoryStream(await File.ReadAllBytesAsync(Input(), TestContext.Current.CancellationToken));
        using var stdout = new MemoryStream();
        using var stderr = new MemoryStream();

        var code = await LlmBlender.RunAsync(
            ["rank", "--from", "-", "--ranker", tiny.Folder], new Terminal(stdin, stdout, stderr), new CancellationToken(canceled: true));

        Assert.Equal(ExitCode.Interrupted, code);
    }

    [Theory]
    [InlineData("blend")]
    [InlineData("rank")]
    [InlineData("compare")]
    [InlineData("fuse")]
    [InlineData("generate")]
    [InlineData("tokenize")]
    [InlineData("models", "import")]
    [InlineData("models", "list")]
    [InlineData("models", "verify")]
    public async Task Help_OfAVerb_HasAnExample(params string[] verb)
    {
        var outcome = await CommandLine.RunAsync([.. verb, "--help"]);

        Assert.Equal((ExitCode.Done, ""), (outcome.Code, outcome.Error));
        Assert.Contains("Example", outcome.Out, StringComparison.Ordinal);
        Assert.Contains($"llmblender {string.Join(' ', verb)}", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_IsANumber()
    {
        var outcome = await CommandLine.RunAsync("--version");

        Assert.Equal(ExitCode.Done, outcome.Code);
        Assert.Matches(@"^\d+\.\d+\.\d+( \([0-9a-f]{12}\))?\s*$", outcome.Out);
    }

    public void Dispose() => folder.Dispose();

    private string Input() => folder.Write("in.jsonl", """{"id": 1, "instruction": "Say.", "candidates": [{"text": "a"}, {"text": "b"}]}""");

    private Task<Outcome> RankAsync(string from, string to) =>
        CommandLine.RunAsync("rank", "--from", from, "--to", to, "--ranker", tiny.Folder);
}
