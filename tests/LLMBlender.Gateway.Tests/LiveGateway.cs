using LLMBlender.Abstractions;
using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Settings;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Models;
using LLMBlender.TestKit.Backends;
using LLMBlender.TestKit.Fakes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LLMBlender.Gateway.Tests;

/// <summary>A gateway with a silo behind it, on a real Kestrel, before fake model servers. Its ranker is arithmetic.</summary>
public sealed class LiveGateway : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly PanelSources sources;

    private LiveGateway(WebApplication app, PanelRegistry registry, PanelSources sources, FakeModelServer models, LineLog log) =>
        (this.app, Registry, this.sources, Models, Log) = (app, registry, sources, models, log);

    /// <summary>The fake model servers.</summary>
    public FakeModelServer Models { get; }

    /// <summary>What was logged, at every level.</summary>
    public LineLog Log { get; }

    public PanelRegistry Registry { get; }

    /// <summary>Every mapped endpoint.</summary>
    public IEnumerable<Microsoft.AspNetCore.Http.Endpoint> Endpoints => app.Services.GetRequiredService<Microsoft.AspNetCore.Routing.EndpointDataSource>().Endpoints;

    public HttpClient Http { get; private set; } = null!;

    /// <summary>Starts it.</summary>
    /// <param name="gateway">Who may ask.</param>
    /// <param name="key">The variable <c>FAKE_KEY</c>, which every fake backend's key is taken from; null for none.</param>
    /// <param name="map">Maps further routes.</param>
    /// <param name="services">Adds services before the gateway's own.</param>
    public static async Task<LiveGateway> StartAsync(
        GatewayOptions? gateway = null, string? key = null, Action<WebApplication>? map = null, Action<IServiceCollection>? services = null)
    {
        var models = await FakeModelServer.StartAsync();
        var sources = new PanelSources
        {
            Records = _ => [],
            Sample = () => [("What is the number?", null, [new("a", "1 is the number"), new("b", "2 is the number")])],
            Variable = name => name == "FAKE_KEY" ? key : null,
        };
        var registry = PanelRegistryBuilder.Build(new PanelSection(), DiscoveredBackends.None, sources, null, _ => { });
        var log = new LineLog();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(log).SetMinimumLevel(LogLevel.Trace).AddFilter("Orleans", LogLevel.Warning);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(5));
        var options = new LLMBlenderSiloOptions { ClusterId = Guid.NewGuid().ToString("N") };
        var ranker = new FakeRanker { Info = new RankerInfo("fake", RankerInfo.PairRanker) { Temperature = 2, Demonstration = true } };
        var fakes = new SiloModels([new AcceleratorRankers("fake:0", [new LoadedRanker(ranker.Identity, ranker.On(0), ranker.CallTokens)])]);
        builder.AddLLMBlenderSilo(options, fakes, registry);
        services?.Invoke(builder.Services);
        builder.AddLLMBlenderGateway();
        if (gateway is not null)
        {
            builder.Services.AddSingleton(Options.Create(gateway));
        }

        var app = builder.Build();
        app.MapLLMBlenderGateway();
        map?.Invoke(app);
        await app.StartAsync();
        await app.Services.GetRequiredService<SiloReadiness>().WhenMemberAsync(TimeSpan.FromMilliseconds(20), CancellationToken.None);
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new LiveGateway(app, registry, sources, models, log) { Http = new HttpClient { BaseAddress = new Uri(address), Timeout = TimeSpan.FromSeconds(60) } };
    }

    /// <summary>Has panels instead of those before. The fake model of each backend has the backend's name.</summary>
    public void Use(BackendSettings[] backends, params PanelSettings[] panels) =>
        Registry.ReplaceWith(PanelRegistryBuilder.Build(new PanelSection { Backends = backends, Panels = panels }, DiscoveredBackends.None, sources, Registry, _ => { }));

    /// <summary>A fake backend, quick to retry.</summary>
    public BackendSettings Backend(string name) => new()
    {
        Name = name,
        Model = name,
        Url = Models.Url,
        KeyVariable = sources.Variable("FAKE_KEY") is null ? null : "FAKE_KEY",
        RetryDelay = TimeSpan.FromMilliseconds(1),
        Attempts = 2,
        BreakerCalls = 1000,
    };

    /// <summary>Posts an object, and reads one.</summary>
    public async Task<(int Status, JsonElement Body, HttpResponseMessage Response)> PostAsync(string path, object body, string? key = null, Action<WebApplication>? map = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Authorization = new("Bearer", key);
        }

        var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement, response);
    }

    /// <summary>Posts an object, and reads the events of its answer to the end.</summary>
    public async Task<IReadOnlyList<(string? Name, string Data)>> StreamAsync(string path, object body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var events = new List<(string?, string)>();
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(await response.Content.ReadAsStreamAsync()).EnumerateAsync())
        {
            events.Add((item.EventType, item.Data));
        }

        return events;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        await Models.DisposeAsync();
    }

    /// <summary>Keeps every line that is logged.</summary>
    public sealed class LineLog : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> lines = new();

        public IReadOnlyCollection<string> Lines => lines;

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");

        public void Dispose()
        {
        }
    }
}
