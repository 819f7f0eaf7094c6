using System.Collections.Concurrent;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Local.Panels;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Comparing;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Models;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit.Fakes;
using Microsoft.Extensions.DependencyInjection;
using Orleans.TestingHost;

namespace LLMBlender.Silo.Tests;

/// <summary>A cluster of silos in this process, each with roles of its own, and a client that asks them.</summary>
internal sealed class BlendCluster : IAsyncDisposable
{
    private Blender? blender;

    private readonly ConcurrentDictionary<string, int> messages;

    private readonly ConcurrentDictionary<int, string> names;

    private BlendCluster(
        InProcessTestCluster cluster, ConcurrentDictionary<string, int> messages, ConcurrentDictionary<int, string> names) =>
        (Cluster, this.messages, this.names) = (cluster, messages, names);

    public InProcessTestCluster Cluster { get; }

    /// <summary>A client of the cluster.</summary>
    public IBlender Blender => blender ??= new Blender(Cluster.Client);

    /// <summary>Starts a cluster.</summary>
    /// <param name="ranker">The ranker that all silos share.</param>
    /// <param name="roles">Each silo's roles.</param>
    public static Task<BlendCluster> StartAsync(FakeRanker ranker, params SiloRoles[] roles) => StartAsync(ranker, _ => { }, roles);

    /// <summary>Starts a cluster.</summary>
    /// <param name="ranker">The ranker that all silos share.</param>
    /// <param name="configure">Changes a silo's services.</param>
    /// <param name="roles">Each silo's roles; silos started later have the last one's.</param>
    /// <param name="panels">The panels; none where it is null.</param>
    public static async Task<BlendCluster> StartAsync(
        FakeRanker ranker, Action<IServiceCollection> configure, SiloRoles[] roles, PanelRegistry? panels = null)
    {
        var builder = new InProcessTestClusterBuilder((short)roles.Length);
        var configured = 0;
        var names = new ConcurrentDictionary<int, string>();
        var messages = new ConcurrentDictionary<string, int>();
        builder.ConfigureSilo((silo, orleans) =>
        {
            var number = Interlocked.Increment(ref configured) - 1;
            names[number] = silo.SiloName;
            var options = new LLMBlenderSiloOptions { Roles = roles[Math.Min(number, roles.Length - 1)] };
            configure(orleans.Services);
            var models = options.Roles.HasFlag(SiloRoles.Compare)
                ? new SiloModels([new AcceleratorRankers($"fake:{number}", [new LoadedRanker(ranker.Identity, ranker.On(number), ranker.CallTokens)])])
                : SiloModels.None;
            orleans.AddIncomingGrainCallFilter(call =>
            {
                messages.AddOrUpdate(call.InterfaceMethod.Name, 1, static (_, count) => count + 1);
                return call.Invoke();
            });
            orleans.AddLLMBlenderGrains(options, models, panels ?? new PanelRegistry());
            orleans.Services.AddHostedService(provider => provider.GetRequiredService<Admission>());
        });
        var made = new BlendCluster(builder.Build(), messages, names);
        await made.Cluster.DeployAsync();
        return made;
    }

    /// <summary>How often grains were sent a message of this name.</summary>
    public int Messages(string method) => messages.GetValueOrDefault(method);

    /// <summary>Services of a silo.</summary>
    public T Service<T>(int silo)
        where T : notnull => Silo(silo).ServiceProvider.GetRequiredService<T>();

    /// <summary>A silo by its number: they don't start in order.</summary>
    public InProcessSiloHandle Silo(int number) => Cluster.Silos.Single(silo => silo.Name == names[number]);

    public async ValueTask DisposeAsync()
    {
        blender?.Dispose();
        await Cluster.DisposeAsync();
    }
}
