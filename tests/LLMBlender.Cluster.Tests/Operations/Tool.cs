using System.Diagnostics;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>Programs of Debian's package <c>prometheus</c>.</summary>
internal static class Tool
{
    /// <summary>Why a test that needs them was skipped.</summary>
    public const string SkipReason = "needs promtool and prometheus on the PATH (Debian: prometheus)";

    private static readonly string[] Folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator);

    /// <summary>Whether they are installed.</summary>
    public static bool IsInstalled { get; } = Array.TrueForAll(["promtool", "prometheus"], name => Array.Exists(Folders, folder => File.Exists(Path.Combine(folder, name))));

    /// <summary>The path of a program of the PATH; null if it is not installed.</summary>
    public static string? Find(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs promtool, and requires that it is content.</summary>
    public static async Task CheckAsync(params string[] args)
    {
        var start = new ProcessStartInfo("promtool", args) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(Processes.Until.Patience);
        Assert.True(process.ExitCode == 0, $"promtool {string.Join(' ', args)}:\n{await output}{await error}");
    }
}
