using System.Text.Json.Nodes;

namespace LLMBlender.Cli.Tests;

/// <summary>What a run of the command line left behind.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Outcome(int Code, string Out, string Error)
{
    /// <summary>Standard output as JSON Lines.</summary>
    public IReadOnlyList<JsonNode> Records => Parse(Out);

    /// <summary>JSON Lines.</summary>
    public static IReadOnlyList<JsonNode> Parse(string lines) =>
        [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
}
