using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using LLMBlender.Abstractions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Client.Tests;

/// <summary>An app whose cluster is not there.</summary>
public sealed class ConnectionTests
{
    [Fact]
    public async Task Start_NoServer_FailsInTimeAndSaysSoOnce()
    {
        var log = new WarningLog();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        var port = ClosedPort();
        builder.AddLLMBlenderClient(client => (client.GatewayPort, client.ConnectTimeout) = (port, TimeSpan.FromMilliseconds(700)));
        using var host = builder.Build();

        var e = await Assert.ThrowsAsync<TimeoutException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.StartsWith($"no server of cluster \"llmblender\" answered at 127.0.0.1:{port} within 1 s (", e.Message, StringComparison.Ordinal);
        Assert.Equal(
            $"LLMBlender.Client.ConnectionRetry: no server of cluster \"llmblender\" answers at 127.0.0.1:{port} yet; connecting for 1 s",
            Assert.Single(log.Warnings, static line => !line.StartsWith("Microsoft.Extensions.Hosting", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task HealthCheck_NoAnswer_IsUnhealthyWithTheReason()
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IBlender>(new NoBlender());
        services.AddHealthChecks().AddLLMBlender(tags: ["ready"]);
        await using var provider = services.BuildServiceProvider();

        var report = await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(static check => check.Tags.Contains("ready"), TestContext.Current.CancellationToken);

        Assert.Equal((HealthStatus.Unhealthy, "nobody is there"), (report.Status, report.Entries["llmblender"].Description));
    }

    [Fact]
    public void ConnectTimeout_NotAboveZero_IsRefused()
    {
        var builder = Host.CreateApplicationBuilder();

        var e = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => builder.AddLLMBlenderClient(static client => client.ConnectTimeout = TimeSpan.Zero));

        Assert.Equal("ConnectTimeout is 00:00:00, and must be above 0", e.Message);
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class NoBlender : IBlender
    {
        public Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(BlendRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(FuseRequest request, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default) => throw new TimeoutException("nobody is there");
    }

    private sealed class WarningLog : ILoggerProvider
    {
        public ConcurrentQueue<string> Warnings { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Line(categoryName, Warnings);

        public void Dispose()
        {
        }

        private sealed class Line(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
            {
                if (IsEnabled(logLevel))
                {
                    lines.Enqueue($"{category}: {formatter(state, exception)}");
                }
            }
        }
    }
}
