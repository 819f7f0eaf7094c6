using System.Globalization;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using LLMBlender.Inference.Models;

namespace LLMBlender.Benchmarks.Growth;

/// <summary>What a figure depends on besides the program: the machine, what else it did, and the model.</summary>
internal static class Conditions
{
    /// <summary>The processes that wanted a processor, on average of the last minute; null where the system does not tell.</summary>
    public static string? Load => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Split(' ')[0] : null;

    /// <summary>Names and values, in the order in which they are shown.</summary>
    /// <param name="builds">What is measured.</param>
    /// <param name="model">The ranker's folder.</param>
    /// <param name="options">What is measured of them.</param>
    /// <param name="loadBefore">The load before it began.</param>
    public static IReadOnlyList<(string Name, string Value)> Of(IReadOnlyList<MeasuredBuild> builds, string model, GrowthOptions options, string? loadBefore)
    {
        var manifest = ModelManifest.Read(model);
        return
        [
            ("date", DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture)),
            ("processor", $"{Processor()}, {RuntimeInformation.ProcessArchitecture}, {Instructions()}"),
            ("cores in use", $"{Environment.ProcessorCount}"),
            ("memory", string.Create(CultureInfo.InvariantCulture, $"{GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30):0.0} GiB")),
            ("operating system", RuntimeInformation.OSDescription),
            (".NET", RuntimeInformation.FrameworkDescription),
            .. builds.Select(static build => (build.Name, $"LLMBlender {build.Version} with ONNX Runtime {build.Runtime}")),
            ("ranker", $"{manifest.Id}, {manifest.Precision}, {new FileInfo(Path.Combine(model, "model.safetensors")).Length / 1e6:0.0} MB of weights, on the processor"),
            ("rounds", $"{options.Rounds}, after one that does not count"),
            ("load of the machine", loadBefore is null ? "unknown" : $"{loadBefore} before the first measurement, {Load} after the last (processes that want a core)"),
        ];
    }

    private static string Processor() => File.Exists("/proc/cpuinfo")
        && File.ReadLines("/proc/cpuinfo").FirstOrDefault(static line => line.StartsWith("model name", StringComparison.Ordinal)) is { } line
            ? line.Split(':')[1].Trim()
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "model unknown";

    private static string Instructions() => Avx512F.IsSupported ? "AVX-512" : Avx2.IsSupported ? "AVX2" : "neither AVX2 nor AVX-512";
}
