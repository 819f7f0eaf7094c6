using System.Diagnostics;
using System.Globalization;
using LLMBlender.Inference.Models;
using LLMBlender.TestKit;

namespace LLMBlender.Benchmarks;

/// <summary>
/// The most memory that an import takes: of a bfloat16 <c>.bin</c> of gen_fuser_3b's shape with random weights, in a
/// process of its own, by the kernel's count (VmHWM). Wants 6 GB of disk for the checkpoint and up to 12 GB for the model.
/// </summary>
internal static class ImportBenchmark
{
    public static void Run(string folder, IReadOnlyList<string> precisions)
    {
        var checkpoint = Path.Combine(folder, "gen-fuser-3b-synthetic");
        var began = Stopwatch.GetTimestamp();
        SyntheticT5.WriteTorch(checkpoint, SyntheticT5.ThreeBillion);
        var bytes = new FileInfo(Path.Combine(checkpoint, "pytorch_model.bin")).Length;
        Timing.Report("synthetic checkpoint, bfloat16 pickle", bytes / 1e9, "GB");
        Timing.Report("written in", Stopwatch.GetElapsedTime(began).TotalSeconds, "s");
        foreach (var precision in precisions)
        {
            var target = Path.Combine(folder, "model");
            using var process = Process.Start(new ProcessStartInfo(
                "dotnet", [typeof(ImportBenchmark).Assembly.Location, "import-once", checkpoint, target, precision]))!;
            process.WaitForExit();
            if (process.ExitCode != 0)
            {
                throw new InvalidOperationException($"the import ended with {process.ExitCode}");
            }

            Directory.Delete(target, recursive: true);
        }

        Directory.Delete(checkpoint, recursive: true);
    }

    /// <summary>One import, and what it took of this process.</summary>
    public static void Once(string source, string target, string precision)
    {
        var began = Stopwatch.GetTimestamp();
        ModelImport.Import(source, target, PrecisionNames.Parse(precision));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        var size = new DirectoryInfo(target).EnumerateFiles().Sum(file => file.Length);
        Console.WriteLine($"\nimport at {precision}");
        Timing.Report("model folder", size / 1e9, "GB");
        Timing.Report("time", seconds, "s");
        Timing.Report("peak memory of the process (VmHWM)", PeakBytes() / 1e9, "GB");
    }

    private static double PeakBytes()
    {
        var line = File.ReadLines("/proc/self/status").First(text => text.StartsWith("VmHWM:", StringComparison.Ordinal));
        return 1024 * double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }
}
