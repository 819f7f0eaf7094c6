using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using LLMBlender.Local.Settings;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace LLMBlender.Gateway.Tests.Mcp;

/// <summary>The tools of the Model Context Protocol over HTTP, called by the protocol's own client.</summary>
public sealed class McpTests
{
    [Fact]
    public async Task Tools_Listed_AreBlendRankAndCompareWithDescriptions()
    {
        await using var gateway = await LiveGateway.StartAsync();
        await using var client = await ConnectAsync(gateway, null);

        var tools = await client.ListToolsAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal("llmblender", client.ServerInfo?.Name);
        Assert.Equal(["blend", "compare", "rank"], tools.Select(static tool => tool.Name).Order(StringComparer.Ordinal));
        Assert.All(tools, static tool => Assert.All(
            tool.JsonSchema.GetProperty("properties").EnumerateObject(), static property => Assert.NotEmpty(property.Value.GetProperty("description").GetString()!)));
    }

    [Fact]
    public async Task Blend_OverHttp_AnswersAndReportsEachMember()
    {
        await using var gateway = await LiveGateway.StartAsync();
        gateway.Models.On("one", "1 is the number");
        gateway.Models.On("two", "2 is the number");
        gateway.Use([gateway.Backend("one"), gateway.Backend("two")], new PanelSettings { Name = "p", Members = ["one", "two"] });
        await using var client = await ConnectAsync(gateway, null);
        using var progress = new Steps();

        var result = await client.CallToolAsync(
            "blend", new Dictionary<string, object?> { ["instruction"] = "What is the number?", ["panel"] = "p" }, progress, cancellationToken: TestContext.Current.CancellationToken);

        Assert.NotEqual(true, result.IsError);
        Assert.Equal("2 is the number", Text(result, 0));
        using var details = JsonDocument.Parse(Text(result, 1));
        Assert.Equal(2, details.RootElement.GetProperty("candidates").GetArrayLength());
        await progress.WhenAsync("one answered", "two answered", "ranked");
    }

    [Fact]
    public async Task RankAndCompare_OverHttp_Judge()
    {
        await using var gateway = await LiveGateway.StartAsync();
        await using var client = await ConnectAsync(gateway, null);

        var ranked = await CallAsync(client, "rank", new() { ["instruction"] = "What?", ["candidates"] = new[] { "1 is low", "3 is high", "2 is between" } });
        var compared = await CallAsync(client, "compare", new() { ["instruction"] = "What?", ["a"] = "3 is high", ["b"] = "1 is low" });

        Assert.Contains("\"ranks\":[3,1,2]", Text(ranked, 0), StringComparison.Ordinal);
        using var comparison = JsonDocument.Parse(Text(compared, 0));
        Assert.True(comparison.RootElement.GetProperty("probability").GetDouble() > 0.5);
    }

    [Fact]
    public async Task Rank_ByAnUnknownRanker_IsAnErrorThatNamesIt()
    {
        await using var gateway = await LiveGateway.StartAsync();
        await using var client = await ConnectAsync(gateway, null);

        var result = await CallAsync(client, "rank", new() { ["instruction"] = "What?", ["candidates"] = new[] { "1", "2" }, ["ranker"] = "nowhere" });

        Assert.True(result.IsError);
        Assert.Contains("nowhere", Text(result, 0), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_WithArgumentsOfOtherTypes_IsAnErrorOfTheClient()
    {
        await using var gateway = await LiveGateway.StartAsync();
        await using var client = await ConnectAsync(gateway, null);

        var number = await CallAsync(client, "blend", new() { ["instruction"] = 5 });
        var missing = await CallAsync(client, "compare", new() { ["instruction"] = "What?", ["a"] = "1" });
        var deep = await CallAsync(client, "rank", new() { ["instruction"] = "What?", ["candidates"] = new[] { new[] { 1 } } });

        Assert.All([number, missing, deep], static result => Assert.True(result.IsError));
        Assert.All([number, missing, deep], static result => Assert.Contains("the arguments are not those of the tool's schema", Text(result, 0), StringComparison.Ordinal));
        Assert.DoesNotContain(gateway.Log.Lines, static line => line.Contains("   at ", StringComparison.Ordinal) && line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Call_WithCallers_NeedsAKeyAndIsCharged()
    {
        await using var gateway = await LiveGateway.StartAsync(new GatewayOptions
        {
            Callers = [new CallerOptions { Name = "frugal", KeySha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("frugal-key"))), SpendPerDay = 0.00001m }],
        });
        gateway.Models.On("one", "1 is the number");
        gateway.Use([gateway.Backend("one") with { PromptPrice = 1, CompletionPrice = 1 }], new PanelSettings { Name = "p", Members = ["one"] });
        Dictionary<string, object?> arguments = new() { ["instruction"] = "What is the number?" };

        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => ConnectAsync(gateway, null));
        await using var client = await ConnectAsync(gateway, "frugal-key");
        var first = await CallAsync(client, "blend", arguments);
        var second = await Assert.ThrowsAnyAsync<Exception>(() => CallAsync(client, "blend", arguments));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.NotEqual(true, first.IsError);
        Assert.Contains("429", second.Message, StringComparison.Ordinal);
        Assert.Single(gateway.Models.CallsOf("one"));
    }

    private static Task<McpClient> ConnectAsync(LiveGateway gateway, string? key) => McpClient.CreateAsync(
        new HttpClientTransport(new HttpClientTransportOptions
        {
            Endpoint = new Uri(gateway.Http.BaseAddress!, "/mcp"),
            TransportMode = HttpTransportMode.StreamableHttp,
            AdditionalHeaders = key is null ? null : new Dictionary<string, string> { ["Authorization"] = $"Bearer {key}" },
        }),
        cancellationToken: TestContext.Current.CancellationToken);

    private static async Task<CallToolResult> CallAsync(McpClient client, string tool, Dictionary<string, object?> arguments) =>
        await client.CallToolAsync(tool, arguments, cancellationToken: TestContext.Current.CancellationToken);

    private static string Text(CallToolResult result, int at) => Assert.IsType<TextContentBlock>(result.Content[at]).Text;

    // Notifications and the result come by separate messages, so that the last step may follow the result.
    private sealed class Steps : IProgress<ProgressNotificationValue>, IDisposable
    {
        private readonly ConcurrentQueue<string> messages = new();
        private readonly SemaphoreSlim added = new(0);

        public void Report(ProgressNotificationValue value)
        {
            Assert.InRange(value.Progress, 0, value.Total!.Value);
            messages.Enqueue(value.Message!);
            added.Release();
        }

        public void Dispose() => added.Dispose();

        public async Task WhenAsync(params string[] wanted)
        {
            while (!wanted.All(messages.Contains))
            {
                Assert.True(await added.WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken), $"the steps are {string.Join("; ", messages)}");
            }
        }
    }
}
