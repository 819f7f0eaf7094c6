using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;

namespace LLMBlender.Aspire.Tests;

/// <summary><c>samples/AppHost</c>, run by Aspire's own orchestrator.</summary>
public sealed class AppHostTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    public async Task AppHost_Run_ServesBlends()
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        timeout.CancelAfter(Patience);
        var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.AppHost>(timeout.Token);

        // Models that run on the machine are not asked.
        foreach (var blend in builder.Resources.OfType<LLMBlenderResource>())
        {
            builder.CreateResourceBuilder(blend).WithEnvironment("LLMBlender__Discover", "false");
        }

        await using var app = await builder.BuildAsync(timeout.Token);
        await app.StartAsync(timeout.Token);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("blend", timeout.Token);

        using var client = app.CreateHttpClient("blend", "http");
        var models = JsonNode.Parse(await client.GetStringAsync("/v1/models", timeout.Token))!;
        Assert.Contains(models["data"]!.AsArray(), model => (string)model!["id"]! == "sample");
        var response = await client.PostAsJsonAsync(
            "/v1/rank", new { instruction = "What is two and two?", candidates = new[] { "Bananas are yellow.", "Two and two make four." } }, timeout.Token);
        Assert.Contains("\"ranks\":[2,1]", await response.Content.ReadAsStringAsync(timeout.Token), StringComparison.Ordinal);
    }
}
