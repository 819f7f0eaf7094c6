using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>An OpenTelemetry collector that keeps what it is sent, as OTLP over HTTP. Safe for concurrent use.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> bodies = new();

    private Collector(WebApplication app) => this.app = app;

    /// <summary>Where it listens.</summary>
    public Uri Url => new(app.Urls.First());

    /// <summary>Starts one.</summary>
    public static async Task<Collector> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new Collector(app);
        app.MapPost("/v1/{signal}", collector.TakeAsync);
        await app.StartAsync();
        return collector;
    }

    /// <summary>Everything that came.</summary>
    public IEnumerable<string> All => bodies.Values.SelectMany(static all => all);

    /// <summary>Whether a text is in what came of a signal: texts are in protobuf as they are.</summary>
    public bool Has(string signal, string text) =>
        bodies.TryGetValue(signal, out var all) && all.Any(body => body.Contains(text, StringComparison.Ordinal));

    /// <summary>How often a text is in what came of a signal.</summary>
    public int Count(string signal, string text) =>
        bodies.TryGetValue(signal, out var all) ? all.Sum(body => body.Split(text, StringSplitOptions.None).Length - 1) : 0;

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        bodies.GetOrAdd((string)context.Request.RouteValues["signal"]!, _ => new()).Enqueue(Encoding.Latin1.GetString(body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }
}
