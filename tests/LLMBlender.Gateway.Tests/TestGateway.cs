using System.Text;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.Records;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway.Tests;

/// <summary>The gateway's paths on a real server, before a cluster that is none.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly HttpClient http;

    private TestGateway(WebApplication app, FakeBlender blender)
    {
        (this.app, Blender) = (app, blender);
        http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public FakeBlender Blender { get; }

    public bool Started { get; set; } = true;

    public string? Problem { get; set; }

    public static async Task<TestGateway> StartAsync()
    {
        var blender = new FakeBlender();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<IBlender>(blender);
        var app = builder.Build();
        TestGateway? gateway = null;
        app.MapRecords().MapHealth(() => gateway!.Started, () => gateway!.Problem);
        await app.StartAsync();
        return gateway = new TestGateway(app, blender);
    }

    public async Task<(int Status, string Body)> GetAsync(string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    public async Task<(int Status, JsonNode Body, TimeSpan? RetryAfter)> PostAsync(string path, string body, CancellationToken cancellationToken = default)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await http.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        var json = JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!;
        return ((int)response.StatusCode, json, response.Headers.RetryAfter?.Delta);
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }
}
