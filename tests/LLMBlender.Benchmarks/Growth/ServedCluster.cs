using System.Text.Json.Nodes;
using LLMBlender.Benchmarks.Gateway;
using LLMBlender.TestKit;

namespace LLMBlender.Benchmarks.Growth;

/// <summary>A cluster of processes over a Redis: one that serves and coordinates, and some that compare, each bound to one processor in turn where the system can.</summary>
internal sealed class ServedCluster : IDisposable
{
    private const string Taskset = "/usr/bin/taskset";

    private readonly List<ServedGateway> processes = [];

    private ServedCluster()
    {
    }

    /// <summary>For those who ask it.</summary>
    public HttpClient Http => processes[0].Http;

    /// <summary>Seconds that all its processes have kept processors busy.</summary>
    public double Busy => processes.Sum(static one => one.Busy);

    /// <summary>Starts one, and waits until all its processes answer.</summary>
    /// <param name="scratch">Receives the configuration.</param>
    /// <param name="settings">The configuration.</param>
    /// <param name="program">The program's llmblender.dll.</param>
    /// <param name="redis">The cluster's Redis.</param>
    /// <param name="comparing">Processes that compare.</param>
    public static async Task<ServedCluster> StartAsync(TemporaryFolder scratch, object settings, string program, string redis, int comparing)
    {
        var cluster = new ServedCluster();
        try
        {
            string[] options = ["--redis", redis, "--cluster-id", $"growth-{Guid.NewGuid():N}"];
            cluster.processes.Add(await ServedGateway.StartAsync(scratch, settings, program, [.. options, "--role", "gateway,blend,fuse"]));
            for (var i = 0; i < comparing; i++)
            {
                string[] bound = File.Exists(Taskset) ? [Taskset, "--cpu-list", $"{i % Environment.ProcessorCount}"] : [];
                cluster.processes.Add(await ServedGateway.StartAsync(scratch, settings, program, [.. options, "--role", "compare"], bound));
            }

            await cluster.WhenCompleteAsync();
            return cluster;
        }
        catch
        {
            cluster.Dispose();
            throw;
        }
    }

    public void Dispose() => processes.ForEach(static one => one.Dispose());

    private async Task WhenCompleteAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        while (true)
        {
            var silos = JsonNode.Parse(await Http.GetStringAsync(new Uri("/v1/status", UriKind.Relative)))!["silos"]!.AsArray();
            if (silos.Count(static silo => (bool)silo!["answers"]!) == processes.Count)
            {
                return;
            }

            await Task.Delay(100, patience.Token);
        }
    }
}
