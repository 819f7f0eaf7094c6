using System.Diagnostics;

namespace LLMBlender.TestKit;

/// <summary>A test project's scripts, in its folder Node, and the packages of npm that their package.json names. They are installed once.</summary>
/// <param name="project">The test project.</param>
/// <param name="name">The folder below artifacts that gets the packages.</param>
public sealed class NodeFolder(string project, string name)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private readonly Lock gate = new();
    private Task<string?>? ready;

    /// <summary>The folder.</summary>
    public string Path => Repository.File("artifacts", name);

    /// <summary>Installs the packages, where they are not there yet, and copies the scripts beside them.</summary>
    /// <returns>Why they can't be had; null where they are there.</returns>
    public Task<string?> WhenReadyAsync()
    {
        lock (gate)
        {
            return ready ??= InstallAsync();
        }
    }

    /// <summary>Runs a program of the packages.</summary>
    public Task<Outcome> RunAsync(string program, params string[] args) =>
        Outcome.OfAsync(new ProcessStartInfo(program, args) { WorkingDirectory = Path }, Patience);

    /// <summary>Runs a script.</summary>
    public Task<Outcome> RunScriptAsync(string script, params string[] args) => RunAsync("node", [At(script), .. args]);

    private string At(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    private string Source(string file) => Repository.File("tests", project, "Node", file);

    private async Task<string?> InstallAsync()
    {
        try
        {
            Directory.CreateDirectory(Path);

            // A script finds its packages, and the modules that scripts share, beside itself. Copied once: tests run scripts at the same time.
            foreach (var file in Directory.EnumerateFiles(Source(""), "*.mjs"))
            {
                File.Copy(file, At(System.IO.Path.GetFileName(file)), overwrite: true);
            }

            var wanted = await File.ReadAllTextAsync(Source("package.json"));
            var mark = At("node_modules", ".installed");
            if (File.Exists(mark) && await File.ReadAllTextAsync(mark) == wanted)
            {
                return null;
            }

            await File.WriteAllTextAsync(At("package.json"), wanted);
            if (await RunAsync("npm", "install", "--no-audit", "--no-fund", "--prefix", Path) is { Code: not 0 } failed)
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
