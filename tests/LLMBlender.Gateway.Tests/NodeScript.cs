using System.Diagnostics;
using LLMBlender.TestKit;

namespace LLMBlender.Gateway.Tests;

/// <summary>Scripts that need packages of npm. A test that can't have them is skipped, and says so.</summary>
internal static class NodeScript
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private static readonly Lazy<Task<string?>> Ready = new(InstallAsync);

    private static string Folder => Repository.File("artifacts", "node");

    /// <summary>Runs a script of the folder Node.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string script, params string[] args)
    {
        if (await Ready.Value is { } problem)
        {
            Assert.Skip($"npm's packages are missing: {problem}");
        }

        // A script finds its packages beside itself.
        var copy = Path.Combine(Folder, script);
        File.Copy(Source(script), copy, overwrite: true);
        var (code, output) = await ExecuteAsync("node", [copy, .. args]);
        Assert.True(code == 0, $"{script} ended with {code}:\n{output}");
        return output;
    }

    private static string Source(string file) => Repository.File("tests", "LLMBlender.Gateway.Tests", "Node", file);

    private static async Task<string?> InstallAsync()
    {
        try
        {
            Directory.CreateDirectory(Folder);
            var wanted = await File.ReadAllTextAsync(Source("package.json"));
            var manifest = Path.Combine(Folder, "package.json");
            if (File.Exists(manifest) && await File.ReadAllTextAsync(manifest) == wanted && Directory.Exists(Path.Combine(Folder, "node_modules", "openai")))
            {
                return null;
            }

            await File.WriteAllTextAsync(manifest, wanted);
            var (code, output) = await ExecuteAsync("npm", ["install", "--no-audit", "--no-fund", "--prefix", Folder]);
            return code == 0 ? null : output;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or TimeoutException)
        {
            return e.Message;
        }
    }

    private static async Task<(int Code, string Output)> ExecuteAsync(string program, string[] args)
    {
        var start = new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Folder };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return (process.ExitCode, await output + await error);
    }
}
