using System.Diagnostics;

namespace LLMBlender.Benchmarks.Growth;

/// <summary>A build of the program that is measured.</summary>
/// <param name="Name">Its name in legends.</param>
/// <param name="Program">Its llmblender.dll.</param>
/// <param name="Version">Its version.</param>
/// <param name="Runtime">The version of its ONNX Runtime.</param>
internal sealed record MeasuredBuild(string Name, string Program, string Version, string Runtime)
{
    /// <summary>Reads a build's versions from its files.</summary>
    /// <param name="role">new or old.</param>
    /// <param name="program">Its llmblender.dll.</param>
    /// <param name="name">What it is called; null for its version.</param>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static MeasuredBuild Of(string role, string program, string? name)
    {
        var version = Product(program);
        return new($"{role}: {name ?? version}", program, version, Product(Path.Combine(Path.GetDirectoryName(program)!, "Microsoft.ML.OnnxRuntime.dll")));
    }

    // Without the commit that some versions end with.
    private static string Product(string file) => File.Exists(file)
        ? FileVersionInfo.GetVersionInfo(file).ProductVersion?.Split('+')[0] ?? "unknown"
        : throw new FileNotFoundException($"{file} is missing: build or publish src/LLMBlender.Cli with -c Release", file);
}
