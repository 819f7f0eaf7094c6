using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LLMBlender.TestKit.Backends;

/// <summary>
/// A fake of a model server: a real Kestrel that speaks OpenAI's wire format, and enough of Anthropic's and Ollama's, and answers each model's calls as its script
/// says. It remembers what it was asked. Safe for concurrent use.
/// </summary>
public sealed class FakeModelServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, Func<FakeCall, Task>> scripts = new();
    private readonly ConcurrentQueue<FakeCall> calls = new();

    private FakeModelServer(WebApplication app) => this.app = app;

    /// <summary>The address up to <c>/v1</c>.</summary>
    public string Url { get; private set; } = "";

    /// <summary>What it was asked, in order.</summary>
    public IReadOnlyCollection<FakeCall> Calls => calls;

    /// <summary>The owner in its list of models.</summary>
    public string Owner { get; set; } = "fake";

    /// <summary>The keys with which its list of models was asked for, in order.</summary>
    public ConcurrentQueue<string> ListKeys { get; } = new();

    /// <summary>Starts one.</summary>
    public static async Task<FakeModelServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FakeModelServer(app);
        app.MapPost("/v1/chat/completions", server.AnswerAsync);
        app.MapPost("/v1/messages", server.AnswerAsync);
        app.MapPost("/api/chat", server.AnswerAsync);
        app.MapGet("/api/tags", () => Results.Json(new { models = server.scripts.Keys.Order().Select(name => new { name }) }));
        app.MapGet("/v1/models", (HttpRequest request) =>
        {
            server.ListKeys.Enqueue(request.Headers.Authorization.ToString());
            return Results.Json(new { @object = "list", data = server.scripts.Keys.Order().Select(id => new { id, @object = "model", owned_by = server.Owner }) });
        });
        await app.StartAsync();
        server.Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First() + "/v1";
        return server;
    }

    /// <summary>Has a model answer as a script says, from now on.</summary>
    public void On(string model, Func<FakeCall, Task> script) => scripts[model] = script;

    /// <summary>Has a model answer with a text.</summary>
    public void On(string model, string text) => On(model, call => call.AnswerAsync(text));

    /// <summary>What a model was asked, in order.</summary>
    public IReadOnlyList<FakeCall> CallsOf(string model) => [.. calls.Where(call => call.Model == model)];

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
        await app.StopAsync(now.Token);
        await app.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var call = new FakeCall(context, body.RootElement.Clone());
        calls.Enqueue(call);
        try
        {
            await scripts[call.Model](call);
        }
        catch (OperationCanceledException)
        {
            // Whoever asked is gone; the call knows.
        }
    }
}
