using LLMBlender.TestKit;

namespace LLMBlender.Gateway.Tests;

/// <summary>Scripts that need packages of npm. A test that can't have them is skipped, and says so.</summary>
internal static class NodeScript
{
    private static readonly NodeFolder Node = new("LLMBlender.Gateway.Tests", "node");

    /// <summary>Runs a script of the folder Node.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string script, params string[] args)
    {
        if (await Node.WhenReadyAsync() is { } problem)
        {
            Assert.Skip($"npm's packages are missing: {problem}");
        }

        var outcome = await Node.RunScriptAsync(script, args);
        var output = outcome.Output + outcome.Error;
        Assert.True(outcome.Code == 0, $"{script} ended with {outcome.Code}:\n{output}");
        return output;
    }
}
