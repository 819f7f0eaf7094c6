using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Backends;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary><c>dataset build</c> against a real server that counts what it is asked.</summary>
public sealed class BuildVerbTests(TinyModel tiny) : IAsyncLifetime
{
    private const string Instructions = """
        {"instruction":"Name a colour of the sky.","output":"The sky is blue."}
        {"instruction":"Name a colour of grass.","context":"","response":"Grass is green."}
        {"conversations":[{"from":"human","value":"Name a colour of snow."},{"from":"gpt","value":"Snow is white."}]}

        """;

    private const int Instructed = 3;
    private const int Members = 2;
    private const int Verdicts = 2;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder folder = new();
    private FakeModelServer server = null!;
    private int answered;

    public async ValueTask InitializeAsync()
    {
        server = await FakeModelServer.StartAsync();
        folder.Write("instructions.jsonl", Instructions);
        Script(int.MaxValue);
    }

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        folder.Dispose();
    }

    // 3 records of one pair in both orders would be 6 calls; more instructions make more than the limit of 8.
    [Fact]
    public async Task Build_WithAJudgeWhoseVerdictsCantBeRead_StopsAskingItAndSaysWhy()
    {
        folder.Write("instructions.jsonl", string.Concat(Enumerable.Range(0, 30).Select(i => $$"""{"instruction":"Name a colour of the thing {{i}}.","output":"It is blue."}""" + "\n")));
        server.On("judge", call => call.AnswerAsync("I like both of them."));

        var outcome = await CommandLine.RunAsync(Arguments("set.jsonl"));

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("contains no verdict: \"I like both of them.\"; a verdict is A>>B", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("is not asked any more: none of its 8 responses contained a verdict", outcome.Error, StringComparison.Ordinal);
        Assert.Contains("without a verdict", outcome.Error, StringComparison.Ordinal);
        Assert.InRange(server.CallsOf("judge").Count, 8, 16);
        Assert.Equal(30, Outcome.Parse(File.ReadAllText(folder.File("set.jsonl"))).Count);
    }

    [Fact]
    public async Task Build_OfAPanelAndAJudge_WritesWholeRecords()
    {
        var outcome = await CommandLine.RunAsync(Arguments("set.jsonl"));

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        var records = Outcome.Parse(File.ReadAllText(folder.File("set.jsonl")));
        Assert.Equal(["Name a colour of the sky.", "Name a colour of grass.", "Name a colour of snow."], records.Select(record => (string)record["instruction"]!));
        var first = records[0];
        Assert.Equal("The sky is blue.", (string)first["output"]!);
        Assert.Equal(["short", "long"], first["candidates"]!.AsArray().Select(candidate => (string)candidate!["model"]!));
        Assert.All(first["candidates"]!.AsArray(), candidate => Assert.Equal("top_p_sampling", (string)candidate!["decoding_method"]!));
        Assert.Equal(1.0, (double)first["candidates"]![0]!["scores"]!["rouge1"]!);
        Assert.Equal("""{"long,short":"A is better"}""", (string)first["cmp_results"]!);
        Assert.Equal(2, (double)first["judgements"]!["verdicts"]!["long,short"]!);
        Assert.Equal(-2, (double)first["judgements"]!["verdicts"]!["short,long"]!);
        Assert.Equal(Instructed * (Members + Verdicts), server.Calls.Count);
        Assert.False(File.Exists(folder.File("set.jsonl.work")));
        Assert.Contains("3 instructions kept", outcome.Error, StringComparison.Ordinal);
    }

    // The judge reads the longer answer first and then second; the second run has it all from the work file.
    [Theory]
    [InlineData("A=B=BAD", "A=B=BAD", "Same bad")]
    [InlineData("A=B=BAD", "A=B", "Same good")]
    [InlineData("A>>B", "A>>B", "Same good")]
    [InlineData("A=B=BAD", "B>A", "A is better")]
    public async Task Build_OfTwoVerdicts_SettlesThePair(string longFirst, string longSecond, string settled)
    {
        server.On("judge", call => call.AnswerAsync(IsLongFirst(call) ? longFirst : longSecond));
        string[] arguments = [.. Arguments("set.jsonl"), "--work", folder.File("w")];

        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync(arguments)).Code);
        var first = Outcome.Parse(File.ReadAllText(folder.File("set.jsonl")));
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync(arguments)).Code);
        var again = Outcome.Parse(File.ReadAllText(folder.File("set.jsonl")));

        Assert.All(first.Concat(again), record => Assert.Equal($$"""{"long,short":"{{settled}}"}""", (string)record["cmp_results"]!));
        Assert.Equal(Instructed * Verdicts, server.CallsOf("judge").Count);
    }

    // Killed in the midst of judging, with calls under way: what was answered is never asked again, and the set is that of a run in peace.
    [Fact]
    public async Task Build_KilledAndStartedAgain_AsksNothingTwice()
    {
        const int UntilHang = 8;
        Script(UntilHang);
        using (var process = Start(Arguments("set.jsonl")))
        {
            await UntilAsync(process, () => Lines(folder.File("set.jsonl.work")) == UntilHang + 1);
            process.Kill();
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        var before = server.Calls.Count;
        Script(int.MaxValue);
        var outcome = await CommandLine.RunAsync(Arguments("set.jsonl"));

        Assert.True(outcome.Code == ExitCode.Done, outcome.Error);
        Assert.Equal(Instructed * (Members + Verdicts), answered);
        Assert.Equal(Instructed * (Members + Verdicts) - UntilHang, server.Calls.Count - before);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync(Arguments("peace.jsonl"))).Code);
        Assert.Equal(File.ReadAllText(folder.File("peace.jsonl")), File.ReadAllText(folder.File("set.jsonl")));
    }

    [Fact]
    public async Task Build_WithABudgetOfCalls_StopsThereAndGoesOnWithMore()
    {
        var outcome = await CommandLine.RunAsync([.. Arguments("set.jsonl"), "--judge-calls", "3"]);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal(3, server.CallsOf("judge").Count);
        Assert.Contains("its budget is spent", outcome.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync(Arguments("set.jsonl"))).Code);
        Assert.Equal(Instructed * Verdicts, server.CallsOf("judge").Count);
    }

    // A call costs 10 tokens read and 5 written at one a token: after two of them 30 are spent, of 20.
    [Fact]
    public async Task Build_WithABudgetOfCost_StopsOnceItIsSpent()
    {
        var outcome = await CommandLine.RunAsync([.. Arguments("set.jsonl"), "--judge-cost", "20", "--concurrency", "1"]);

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Equal(2, server.CallsOf("judge").Count);
        Assert.Contains("2 calls of the judge judge, 30", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_WhereAMemberFails_NamesItAndAsksItAgainNextTime()
    {
        server.On("long", call => call.FailAsync(400, "no"));

        var outcome = await CommandLine.RunAsync(Arguments("set.jsonl"));

        Assert.Equal(ExitCode.SomeFailed, outcome.Code);
        Assert.Contains("long failed:", outcome.Error, StringComparison.Ordinal);
        Script(int.MaxValue);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync(Arguments("set.jsonl"))).Code);
        Assert.Equal(Instructed, server.CallsOf("short").Count);
    }

    [Fact]
    public async Task Build_OnAnothersWorkFile_IsRefused()
    {
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync([.. Arguments("set.jsonl"), "--work", folder.File("w")])).Code);

        var outcome = await CommandLine.RunAsync([.. Arguments("set.jsonl"), "--work", folder.File("w"), "--temperature", "1"]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("belongs to other work", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"Model\":\"short\"", "\"Model\":\"other\"")]
    [InlineData("\"Model\":\"judge\"", "\"Model\":\"other\"")]
    [InlineData("/v1\"", "/v1/\"")]
    [InlineData("\"Name\":\"short\",", "\"Name\":\"short\",\"Kind\":\"ollama\",")]
    public async Task Build_OnTheWorkFileOfOtherBackends_IsRefused(string setting, string changed)
    {
        string[] arguments = [.. Arguments("set.jsonl"), "--work", folder.File("w")];
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync(arguments)).Code);
        var config = File.ReadAllText(Config());
        Assert.Contains(setting, config, StringComparison.Ordinal);

        folder.Write("panel.json", config.Replace(setting, changed, StringComparison.Ordinal));
        var outcome = await CommandLine.RunAsync(arguments);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("belongs to other work", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Build_OnTheWorkFileOfOtherRecords_IsRefused()
    {
        const string Answers = """{"instruction":"Name a colour of the sky.","input":"","candidates":[{"model":"m","text":"Blue."}]}""";
        var panel = folder.Write("recorded.json", $$$"""{"LLMBlender":{"Panels":[{"Name":"kept","Records":{{{JsonSerializer.Serialize(folder.File("answers.jsonl"))}}}}]}}""");
        var instructions = folder.Write("one.jsonl", Instructions.Split('\n')[0] + "\n");
        string[] arguments =
        [
            "dataset", "build", "--from", instructions, "--to", folder.File("set.jsonl"), "--config", panel, "--work", folder.File("w"),
            "--tokenizer", tiny.Folder, "--prompt-tokens", "1-200", "--output-tokens", "1-200",
        ];
        folder.Write("answers.jsonl", Answers);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync(arguments)).Code);
        Assert.Equal(ExitCode.Done, (await CommandLine.RunAsync(arguments)).Code);

        folder.Write("answers.jsonl", Answers.Replace("Blue", "Grey", StringComparison.Ordinal));
        var outcome = await CommandLine.RunAsync(arguments);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains("belongs to other work", outcome.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--judge-cost is \"1e30\", and must be a number above 0 and at most 1000000000000000", "--judge-cost", "1e30")]
    [InlineData("--judge-cost is \"Infinity\"", "--judge-cost", "Infinity")]
    [InlineData("--judge nobody", "--judge", "nobody")]
    [InlineData("panel \"none\" is not known", "--panel", "none")]
    [InlineData("--prompt-tokens is \"5\"", "--prompt-tokens", "5")]
    public async Task Build_OfBadArguments_IsRefusedByName(string message, string option, string value)
    {
        var arguments = Arguments("set.jsonl").ToList();
        if (arguments.IndexOf(option) is >= 0 and var at)
        {
            arguments.RemoveRange(at, 2);
        }

        var outcome = await CommandLine.RunAsync([.. arguments, option, value]);

        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
    }

    private string[] Arguments(string to) =>
    [
        "dataset", "build", "--from", folder.File("instructions.jsonl"), "--to", folder.File(to), "--config", Config(), "--judge", "judge",
        "--tokenizer", tiny.Folder, "--prompt-tokens", "1-200", "--output-tokens", "1-200",
    ];

    private string Config() => folder.Write("panel.json", JsonSerializer.Serialize(new
    {
        LLMBlender = new
        {
            Backends = new[] { "short", "long", "judge" }.Select(name => new
            {
                Name = name, server.Url, Model = name, Attempts = 1, AttemptTimeout = "00:10:00", PromptPrice = 1_000_000, CompletionPrice = 1_000_000,
            }),
            Panels = new[] { new { Name = "two", Members = new[] { "short", "long" } } },
        },
    }));

    // Members answer at once, and the judge prefers the long answer; after so many answers nobody says anything any more.
    private void Script(int answers)
    {
        answered = answers == int.MaxValue ? answered : 0;
        foreach (var model in new[] { "short", "long", "judge" })
        {
            server.On(model, call => Interlocked.Increment(ref answered) > answers ? HangAsync(call) : call.AnswerAsync(Answer(call)));
        }
    }

    private Task HangAsync(FakeCall call)
    {
        Interlocked.Decrement(ref answered);
        return call.HangAsync();
    }

    private static string Answer(FakeCall call)
    {
        var asked = call.Messages[^1].Text;
        var about = asked.Contains("sky", StringComparison.Ordinal) ? "The sky is blue." : asked.Contains("grass", StringComparison.Ordinal) ? "Grass is green." : "Snow is white.";
        return call.Model switch
        {
            "short" => about,
            "long" => about + " Everybody knows that.",
            _ => IsLongFirst(call) ? "Well.\nA>>B" : "B>>A",
        };
    }

    private static bool IsLongFirst(FakeCall call) =>
        call.Messages[^1].Text is var asked && asked.IndexOf("Everybody", StringComparison.Ordinal) < asked.IndexOf("[B ", StringComparison.Ordinal);

    private static Process Start(string[] args)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet");
        start.ArgumentList.Add(typeof(LlmBlender).Assembly.Location);
        foreach (var arg in args)
        {
            start.ArgumentList.Add(arg);
        }

        return Process.Start(start)!;
    }

    private static int Lines(string path)
    {
        if (!File.Exists(path))
        {
            return 0;
        }

        // The file is locked against other processes of .NET while it is written.
        using var count = Process.Start(new ProcessStartInfo("wc", ["-l", path]) { RedirectStandardOutput = true })!;
        return int.Parse(count.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture);
    }

    private static async Task UntilAsync(Process process, Func<bool> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (!condition())
        {
            Assert.False(process.HasExited, "the process ended before the condition held");
            await Task.Delay(20, patience.Token);
        }
    }
}
