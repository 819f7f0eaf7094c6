using System.Diagnostics;
using LLMBlender.Inference.Tokenization;

namespace LLMBlender.Benchmarks;

/// <summary>The Unigram tokenizer beside SentencePiece's own <c>spm_encode</c>, on the lines of a text file.</summary>
internal static class TokenizerBenchmark
{
    public static void Run(string folder, string texts)
    {
        var lines = File.ReadAllLines(texts);
        var megabytes = new FileInfo(texts).Length / 1e6;
        var tokenizer = Tokenizer.Load(folder);
        var ids = new List<int>();
        var spm = Path.Combine(folder, "spm.model");
        var seconds = Timing.Medians(
            3,
            () =>
            {
                foreach (var line in lines)
                {
                    ids.Clear();
                    tokenizer.Encode(line, ids, addSpecialTokens: false);
                }
            },
            () => SpmEncode(spm, texts),
            () => SpmEncode(spm, "/dev/null"));

        Timing.Report("tokenizer", megabytes / seconds[0], "MB/s");
        Timing.Report("spm_encode, less its start-up", megabytes / (seconds[1] - seconds[2]), "MB/s");
        Timing.Report("tokenizer / spm_encode", (seconds[1] - seconds[2]) / seconds[0], "x");
    }

    private static void SpmEncode(string model, string texts)
    {
        var start = new ProcessStartInfo("spm_encode") { RedirectStandardError = true };
        foreach (var argument in (string[])[$"--model={model}", "--output_format=id", "--output=/dev/null", texts])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"spm_encode ended with {process.ExitCode}");
        }
    }
}
