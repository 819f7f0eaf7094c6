using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary><c>blend</c> and <c>init</c> with the models that a person already runs: a fake Ollama at the address of OLLAMA_HOST.</summary>
public sealed class OwnModelsTests(TinyModel tiny) : IAsyncLifetime
{
    private const string Question = "Why is the sky blue?";

    private readonly TemporaryFolder folder = new();
    private FakeModelServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = await FakeModelServer.StartAsync();
        server.On("llama3.2:3b", call => call.AnswerAsOllamaAsync("Because of **Rayleigh** scattering."));
        server.On("qwen3:8b", call => call.AnswerAsOllamaAsync("Air scatters blue light."));
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Blend_OwnQuestion_IsAnsweredByOwnModelsInOneCommand()
    {
        var outcome = await RunAsync("blend", Question, "--ranker", tiny.Folder, "--json");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var record = Assert.Single(outcome.Records);
        Assert.Equal(["ollama/llama3.2:3b", "ollama/qwen3:8b"], record["candidates"]!.AsArray().Select(one => one!["model"]!.GetValue<string>()));
        Assert.Equal("ollama/qwen3:8b", record["fusion"]!["fuser"]!.GetValue<string>());
        Assert.Contains("panel \"local\", the default, asks llama3.2:3b and qwen3:8b (Ollama on 127.0.0.1:", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blend_OwnQuestionOnATerminal_ShowsMembersRankingAndRenderedAnswer()
    {
        var outcome = await RunOnTerminalAsync("blend", Question, "--ranker", tiny.Folder, "--fuser", "select");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains("asking ollama/llama3.2:3b, ollama/qwen3:8b", outcome.Out, StringComparison.Ordinal);
        Assert.Matches(@"ollama/llama3\.2:3b: answered in \d+\.\d s, 5 tokens", outcome.Out);
        Assert.Contains("The answer", outcome.Out, StringComparison.Ordinal);
        Assert.Contains("1 ollama/", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blend_FuserOfThisProcess_PrecedesThePanels()
    {
        var outcome = await RunAsync("blend", Question, "--ranker", tiny.Folder, "--fuser", "select", "--json");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Equal("select", Assert.Single(outcome.Records)["fusion"]!["fuser"]!.GetValue<string>());
    }

    [Fact]
    public async Task Blend_RankerIsAModelOfThePanel_Judges()
    {
        var outcome = await RunAsync("blend", Question, "--ranker", "ollama/qwen3:8b", "--fuser", "select", "--json");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains(server.CallsOf("qwen3:8b"), call => call.Messages[^1].Text.Contains("Rayleigh", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Blend_NoModelAndOwnQuestion_SaysWhatToConnect()
    {
        await server.DisposeAsync();

        var outcome = await RunAsync("blend", Question);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.StartsWith("llmblender: there is no model to ask: no model server answers on this machine (Ollama", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("llmblender init", outcome.Error, StringComparison.Ordinal);
        Assert.Single(outcome.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Blend_PanelSample_AsksTheSamplesThoughModelsAreThere()
    {
        var outcome = await RunAsync("blend", "--panel", "sample", "Translate this sentence into Spanish.", "--ranker", tiny.Folder, "--json");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Equal(5, Assert.Single(outcome.Records)["candidates"]!.AsArray().Count);
        Assert.Empty(server.Calls);
    }

    [Fact]
    public async Task Init_Defaults_WritesAConfigurationThatAnswers()
    {
        var file = folder.File("mine.json");

        var init = await RunAsync("init", "--to", file, "--yes");
        var check = await RunAsync("config", "check", file, "--probe");
        var blend = await RunAsync("blend", Question, "--config", file, "--fuser", "select", "--json");

        Assert.True(init.Code == ExitCode.Done, init.Error);
        Assert.Contains($"llmblender blend \"Why is the sky blue?\" --config {file}", init.Error, StringComparison.Ordinal);
        Assert.Contains("ok      ollama/qwen3:8b  answered in", init.Error, StringComparison.Ordinal);
        Assert.True(check.Code == ExitCode.Done, check.Error);
        Assert.Contains("panel mine (default): ollama/llama3.2:3b, ollama/qwen3:8b; fuser ollama/llama3.2:3b", check.Out, StringComparison.Ordinal);
        Assert.True(blend.Code == ExitCode.Done, blend.Error);
        Assert.Equal(2, Assert.Single(blend.Records)["candidates"]!.AsArray().Count);
        Assert.True(File.Exists(folder.File("llmblender.schema.json")));
    }

    [Fact]
    public async Task Init_OnATerminal_AsksThreeQuestions()
    {
        var file = folder.File("asked.json");

        var outcome = await CommandLine.RunAsync(
            System.Text.Encoding.UTF8.GetBytes($"2\n{file}\n"), ["init"], terminal => Own(terminal) with { InIsTerminal = true });

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains("Which models, by number or name? [1,2]: ", outcome.Error, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken);
        Assert.Contains("\"Members\": [\"ollama/qwen3:8b\"]", text, StringComparison.Ordinal);
        Assert.Contains("\"Samples\": 3", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Init_ModelThatFails_IsLeftOutAndNamed()
    {
        server.On("qwen3:8b", call => call.FailAsync(500, "out of memory"));
        var file = folder.File("one.json");

        var outcome = await RunAsync("init", "--to", file, "--yes");

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Contains("failed  ollama/qwen3:8b", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("\"Members\": [\"ollama/llama3.2:3b\"]", await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"qwen9\" is no model of the list", "--models", "qwen9")]
    [InlineData("--key-variable belongs to --url, and there is none", "--key-variable", "K")]
    [InlineData("--url is \"nowhere\", and must be an http or https address", "--url", "nowhere")]
    public async Task Init_BadArguments_AreNamed(string problem, params string[] more)
    {
        var outcome = await RunAsync(["init", "--yes", "--to", folder.File("never.json"), .. more]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder.File("never.json")));
    }

    [Fact]
    public async Task Init_ExistingFile_IsKept()
    {
        var file = folder.Write("there.json", "{}");

        var outcome = await RunAsync("init", "--yes", "--to", file);

        Assert.Equal((ExitCode.Usage, "{}"), (outcome.Code, await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)));
        Assert.Contains("--force", outcome.Error, StringComparison.Ordinal);
    }

    private Task<Outcome> RunAsync(params string[] args) => CommandLine.RunAsync([], args, Own);

    private Task<Outcome> RunOnTerminalAsync(params string[] args) => CommandLine.RunAsync([], args, terminal => Own(terminal) with { OutIsTerminal = true });

    private Terminal Own(Terminal terminal) => terminal with
    {
        Width = 100,
        Variable = name => name switch { "OLLAMA_HOST" => new Uri(server.Url).Authority, "TERM" => "dumb", _ => null },
    };
}
