using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Cluster.Tests.Documentation;

/// <summary>What the documents' commands find: a server, a fake Ollama, the program <c>llmblender</c>, and the files that they name.</summary>
public sealed partial class DocumentedServer : IAsyncLifetime
{
    private const string FromClone = "dotnet run -c Release --project src/LLMBlender.Cli -- ";
    private const string ServerUrl = "http://127.0.0.1:8080";

    // "serve" is stopped as soon as it is ready.
    private const string Program = """
        #!/bin/sh
        if [ "$1" = serve ]; then
          dotnet "PROGRAM" "$@" --urls http://127.0.0.1:0 > serve.out 2> serve.log &
          pid=$!
          until grep -q '^ready ' serve.out; do
            kill -0 $pid 2>/dev/null || { cat serve.log; exit 1; }
            sleep 0.1
          done
          kill -TERM $pid
          wait $pid
          exit
        fi
        exec dotnet "PROGRAM" "$@"
        """;

    private static readonly string[] Judged = ["wizardlm-13b", "vicuna-13b", "nous-hermes-13b", "phi-2-sft"];

    private readonly TemporaryFolder bin = new();
    private FakeModelServer models = null!;
    private ServeProcess server = null!;

    public async ValueTask InitializeAsync()
    {
        models = await FakeModelServer.StartAsync();
        foreach (var name in (string[])["llama3.1", "llama3.2", "qwen3", "gpt-4o-mini", "gpt-5-mini", "a", "b"])
        {
            var text = $"{name}: because the air scatters blue light most.";
            models.On(name, call => call.Path == "/api/chat" ? call.AnswerAsOllamaAsync(text) : call.AnswerAsync(text));
        }

        models.On("judge", "A>>B");
        var program = bin.Write("llmblender", Program.Replace("PROGRAM", Path.Combine(AppContext.BaseDirectory, "llmblender.dll"), StringComparison.Ordinal));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }

        server = ServeProcess.Start("all", Variables());
        await server.WhenReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await models.DisposeAsync();
        bin.Dispose();
    }

    /// <summary>A folder with the files that the commands of a document name: its own JSON files, records, and a model as <c>models pull</c> leaves it.</summary>
    internal TemporaryFolder Prepare(string document)
    {
        var folder = new TemporaryFolder();
        folder.Write("blend.json", Local(Block(document) ?? Block("docs/quickstart/developer.md")!));
        folder.Write("llmblender.json", Local(Block("docs/quickstart/developer.md")!));
        folder.Write("panel.json", JsonSerializer.Serialize(new
        {
            LLMBlender = new
            {
                Backends = new[] { ("a", "a"), ("b", "b"), ("B", "judge") }.Select(one => new { Name = one.Item1, models.Url, Model = one.Item2, PromptPrice = 1, CompletionPrice = 1 }),
                Panels = new[] { new { Name = "p", Members = new[] { "a", "b" } } },
            },
        }));
        folder.Write("candidates.jsonl", string.Join('\n', File.ReadLines(Repository.File("src", "LLMBlender.Cli", "Samples", "panel.jsonl")).Take(2)));
        folder.Write("alpaca.json", """[{"instruction": "Name a colour of the sky.", "input": "", "output": "The sky is blue."}]""");
        folder.Write("reward-bench-2.jsonl", string.Concat(Enumerable.Range(0, 4).Select(static i =>
            $$"""{"id":"{{i}}","prompt":"What is {{i}} and two?","chosen":["It is {{i + 2}}."],"rejected":["Bananas.","I cannot say.","{{i}}"],"subset":"Math"}""" + "\n")));
        var records = string.Concat(Enumerable.Range(0, 24).Select(Record));
        folder.Write("test.jsonl", records);
        folder.Write("sets.jsonl", records);
        folder.Write("records.jsonl", records);
        Directory.CreateDirectory(folder.File("models"));
        foreach (var name in (string[])["pairrm", "reward-minilm"])
        {
            folder.CopyOf(Path.Combine(AppContext.BaseDirectory, "models", "reward-minilm"), Path.Combine("models", name));
        }

        return folder;
    }

    /// <summary>A command for a shell in a folder, with the addresses of this server.</summary>
    internal ProcessStartInfo Shell(string folder, string command)
    {
        var start = new ProcessStartInfo("sh", ["-c", command.Replace(FromClone, "llmblender ", StringComparison.Ordinal)
            .Replace(ServerUrl, server.Url.GetLeftPart(UriPartial.Authority), StringComparison.Ordinal)
            .Replace("curl ", "curl --fail-with-body --silent --show-error ", StringComparison.Ordinal)])
        { WorkingDirectory = folder };
        start.Environment["PATH"] = $"{bin.Path}:{Environment.GetEnvironmentVariable("PATH")}";
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_TieredPGO"] = "0";
        foreach (var (name, value) in Variables())
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private Dictionary<string, string> Variables() => new()
    {
        ["OLLAMA_HOST"] = models.Url[..^"/v1".Length],
        ["LLMBlender__Discover"] = "true",
        ["OPENAI_API_KEY"] = "",
    };

    private static string Record(int i) => JsonSerializer.Serialize(new
    {
        id = $"r{i}",
        instruction = $"What is {i} and two?",
        input = "",
        output = $"It is {i + 2}.",
        candidates = Judged.Select((model, at) => new
        {
            model,
            text = at == i % 4 ? $"It is {i + 2}." : "Bananas.",
            scores = new { gpt4turbo_win_prob = at == i % 4 ? 0.9 : 0.1 },
        }),
        cmp_results = $$"""{"{{Judged[0]}},{{Judged[1]}}":"A is better","{{Judged[2]}},{{Judged[3]}}":"B is better"}""",
    }) + "\n";

    // A configuration that a document shows, of the fake servers and without the key.
    private string Local(string json) => KeyVariable().Replace(json, "")
        .Replace("http://127.0.0.1:11434", models.Url[..^"/v1".Length], StringComparison.Ordinal)
        .Replace("https://api.openai.com/v1", models.Url, StringComparison.Ordinal);

    private static string? Block(string document) => JsonBlock().Matches(File.ReadAllText(Repository.File(document.Split('/'))))
        .Select(static block => block.Groups[1].Value).FirstOrDefault(static json => json.Contains("\"Panels\"", StringComparison.Ordinal));

    [GeneratedRegex(@", ""KeyVariable"": ""[A-Z_]+""")]
    private static partial Regex KeyVariable();

    [GeneratedRegex("```json\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex JsonBlock();
}
