using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace LLMBlender.Cli.Tests.Verbs;

/// <summary><c>mcp</c>, started and called by the protocol's own client.</summary>
public sealed class McpVerbTests
{
    [Fact]
    public async Task Mcp_OnStandardStreams_RanksAndEndsWithItsClient()
    {
        var transport = new StdioClientTransport(new StdioClientTransportOptions
        {
            Command = "dotnet",
            Arguments = [typeof(LlmBlender).Assembly.Location, "mcp"],
            EnvironmentVariables = new Dictionary<string, string?> { ["LLMBlender__Discover"] = "false" },
        });
        await using var client = await McpClient.CreateAsync(transport, cancellationToken: TestContext.Current.CancellationToken);

        var result = await client.CallToolAsync(
            "rank",
            new Dictionary<string, object?> { ["instruction"] = "What is two and two?", ["candidates"] = new[] { "Bananas are yellow.", "Two and two make four." } },
            cancellationToken: TestContext.Current.CancellationToken);

        Assert.NotEqual(true, result.IsError);
        Assert.Contains("\"ranks\":[2,1]", Assert.IsType<TextContentBlock>(Assert.Single(result.Content)).Text, StringComparison.Ordinal);
    }
}
