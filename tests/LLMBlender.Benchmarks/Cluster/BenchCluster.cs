using LLMBlender.Abstractions;
using LLMBlender.Local.Panels;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Models;
using LLMBlender.Silo.Placement;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.TestingHost;

namespace LLMBlender.Benchmarks.Cluster;

/// <summary>Silos in this process: one that does everything but compare, or all of it, and others that compare.</summary>
internal sealed class BenchCluster : IAsyncDisposable
{
    private readonly InProcessTestCluster cluster;

    private BenchCluster(InProcessTestCluster cluster) => this.cluster = cluster;

    /// <summary>Asks the first silo, from within.</summary>
    public IBlender Blender => cluster.Silos[0].ServiceProvider.GetRequiredService<IBlender>();

    /// <summary>Starts it.</summary>
    /// <param name="workers">Silos that compare; 0 for one silo that does everything.</param>
    /// <param name="comparer">Makes each one's accelerator.</param>
    public static async Task<BenchCluster> StartAsync(int workers, Func<LoadedRanker> comparer)
    {
        var builder = new InProcessTestClusterBuilder((short)(1 + workers));
        var made = 0;
        builder.ConfigureSilo((_, silo) =>
        {
            var number = Interlocked.Increment(ref made) - 1;
            var compares = workers == 0 || number > 0;
            var roles = number == 0 ? (compares ? SiloRoles.All : SiloRoles.Blend | SiloRoles.Fuse) : SiloRoles.Compare;
            silo.AddLLMBlenderGrains(
                new LLMBlenderSiloOptions { Roles = roles },
                compares ? new SiloModels([new AcceleratorRankers($"bench:{number}", [comparer()])]) : SiloModels.None,
                new PanelRegistry());
            silo.Services.AddHostedService(provider => provider.GetRequiredService<Admission>());
            silo.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error));
        });
        var bench = new BenchCluster(builder.Build());
        await bench.cluster.DeployAsync();
        return bench;
    }

    /// <summary>A ranking that no cache knows: 11 candidates, 110 comparisons.</summary>
    public static RankingRequest Fresh(int number) => new()
    {
        Instruction = $"{number} {Padding}",
        Candidates = Candidates,
    };

    /// <summary>A ranking of texts as people write them, 11 candidates of different lengths.</summary>
    public static RankingRequest Words(int number) => new()
    {
        Instruction = $"Explain to a beginner what number {number} is good for, and give an example of it.",
        Candidates = [.. Enumerable.Range(0, 11).Select(i => new Candidate(
            null, string.Join(' ', Enumerable.Range(0, 2 + (3 * i % 11)).Select(j => $"One can count {i + j} things with it, as a shop does every day."))))],
    };

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    private static readonly string Padding = new('x', 400);

    private static readonly Candidate[] Candidates = [.. Enumerable.Range(0, 11).Select(i => new Candidate(null, $"{i} {Padding}"))];
}
