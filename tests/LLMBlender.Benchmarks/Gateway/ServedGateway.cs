using System.Diagnostics;
using System.Text.Json;
using LLMBlender.TestKit;

namespace LLMBlender.Benchmarks.Gateway;

/// <summary>The built program, serving in a process of its own.</summary>
internal sealed class ServedGateway : IDisposable
{
    private readonly Process process;

    private ServedGateway(Process process, string url)
    {
        this.process = process;

        // Who leaves, leaves: by default the client would go on reading for two seconds to keep its connection.
        var sockets = new SocketsHttpHandler { MaxConnectionsPerServer = 100_000, ResponseDrainTimeout = TimeSpan.Zero };
        Http = new HttpClient(sockets) { BaseAddress = new Uri(url), Timeout = TimeSpan.FromMinutes(10) };
    }

    /// <summary>For those who ask it.</summary>
    public HttpClient Http { get; }

    /// <summary>Starts it with a configuration, and waits until it serves.</summary>
    /// <param name="scratch">Receives the configuration.</param>
    /// <param name="settings">The configuration.</param>
    /// <param name="program">The program's llmblender.dll; null for the one built here.</param>
    /// <param name="options">More options of <c>serve</c>.</param>
    /// <param name="before">A command that runs it, such as taskset with its options; by default none.</param>
    public static async Task<ServedGateway> StartAsync(TemporaryFolder scratch, object settings, string? program = null, string[]? options = null, string[]? before = null)
    {
        var config = scratch.Write("serve.json", JsonSerializer.Serialize(new { LLMBlender = settings }));
        program ??= Repository.File("src", "LLMBlender.Cli", "bin", "Release", "net10.0", "llmblender.dll");
        string[] command = [.. before ?? [], "dotnet", program, "serve", "--urls", "http://127.0.0.1:0", "--config", config, .. options ?? []];
        var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEndAsync();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("ready ", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new ServedGateway(process, line.Split(' ')[1]);
            }
        }

        throw new InvalidOperationException($"{string.Join(' ', command)} ended before it served: {await error}");
    }

    /// <summary>Seconds that it has kept processors busy.</summary>
    public double Busy
    {
        get
        {
            process.Refresh();
            return process.TotalProcessorTime.TotalSeconds;
        }
    }

    public void Dispose()
    {
        Http.Dispose();
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
