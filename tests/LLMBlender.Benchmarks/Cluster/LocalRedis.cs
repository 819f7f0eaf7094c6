using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using LLMBlender.TestKit;
using StackExchange.Redis;

namespace LLMBlender.Benchmarks.Cluster;

/// <summary>A redis-server of this process, without persistence.</summary>
internal sealed class LocalRedis : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Process process;

    public LocalRedis()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        Address = $"127.0.0.1:{port}";
        process = Process.Start(new ProcessStartInfo("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", folder.Path]) { RedirectStandardOutput = true })!;
        process.BeginOutputReadLine();
    }

    /// <summary>Whether redis-server is on the PATH.</summary>
    public static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(static folder => File.Exists(Path.Combine(folder, "redis-server")));

    /// <summary>Where it listens.</summary>
    public string Address { get; }

    /// <summary>Connects, as soon as it answers.</summary>
    public async Task<ConnectionMultiplexer> ConnectAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (true)
        {
            try
            {
                return await ConnectionMultiplexer.ConnectAsync(ConfigurationOptions.Parse($"{Address},allowAdmin=true"));
            }
            catch (RedisConnectionException) when (!process.HasExited)
            {
                await Task.Delay(100, patience.Token);
            }
        }
    }

    /// <summary>Waits until it answers.</summary>
    public async Task WhenAnsweringAsync()
    {
        await using var connection = await ConnectAsync();
        await connection.GetDatabase().PingAsync();
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        folder.Dispose();
    }
}
