using System.Diagnostics;
using LLMBlender.TestKit;

namespace LLMBlender.Benchmarks;

/// <summary>A fresh process from its start to its first logit: <c>llmblender compare</c> on one record.</summary>
internal static class StartupBenchmark
{
    public static void Run(string model, TemporaryFolder scratch)
    {
        var record = scratch.File("one.jsonl");
        File.WriteAllText(record, """{"id":1,"instruction":"What is two and two?","a":"Four.","b":"A number."}""" + "\n");
        var program = Repository.File("src", "LLMBlender.Cli", "bin", "Release", "net10.0", "llmblender.dll");
        var seconds = Timing.Medians(
            7,
            () => Start(program, "compare", "--from", record, "--ranker", model, "--order", "ab"),
            () => Start(program, "--version"));

        Timing.Report("process start to first logit and end", seconds[0] * 1000, "ms");
        Timing.Report("process start to --version and end", seconds[1] * 1000, "ms");
    }

    private static void Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"llmblender ended with {process.ExitCode}");
        }
    }
}
