using System.Collections.Immutable;
using LLMBlender.Client;
using LLMBlender.Silo.Placement;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Runtime.MembershipService.SiloMetadata;
using Orleans.Runtime.Placement;

namespace LLMBlender.Silo.Tests.Placement;

/// <summary>
/// Grains are placed by membership and capabilities: Orleans' own list of compatible silos, empty here, has no say.
/// </summary>
public sealed class DirectPlacementDirectorTests
{
    private static readonly GrainType Type = GrainType.Create("grain");

    [Fact]
    public async Task Home_SilosThatOrleansDoesNotListYet_ArePlacedOn()
    {
        var cluster = new Cluster(SiloRoles.Gateway, SiloRoles.Blend, SiloRoles.Blend);

        var placed = await Task.WhenAll(Enumerable.Range(0, 32).Select(bucket => cluster.PlaceAsync(new HomePlacement(), $"{bucket}", SiloRoles.Blend)));

        Assert.Equal([cluster.Silos[1], cluster.Silos[2]], placed.Distinct().Order());
    }

    [Fact]
    public async Task Home_NextAttempt_GoesToAnotherSilo()
    {
        var cluster = new Cluster(SiloRoles.Blend, SiloRoles.Blend);

        Assert.NotEqual(
            await cluster.PlaceAsync(new HomePlacement(), "7", SiloRoles.Blend), await cluster.PlaceAsync(new HomePlacement(), "7~1", SiloRoles.Blend));
    }

    [Fact]
    public async Task Home_KeyOfAnotherGeneration_StaysOnTheBucketsSilo()
    {
        var cluster = new Cluster(SiloRoles.Blend, SiloRoles.Blend, SiloRoles.Blend);

        foreach (var bucket in Enumerable.Range(0, 16))
        {
            Assert.Equal(
                await cluster.PlaceAsync(new HomePlacement(), Routes.Key(bucket, 1), SiloRoles.Blend),
                await cluster.PlaceAsync(new HomePlacement(), Routes.Key(bucket, 1, "5fb0a914"), SiloRoles.Blend));
        }
    }

    [Fact]
    public async Task Near_ThisSiloHasTheRole_StaysHere()
    {
        var cluster = new Cluster(SiloRoles.Blend, SiloRoles.All, SiloRoles.Blend);

        Assert.Equal(cluster.Silos[0], await cluster.PlaceAsync(new NearPlacement(), "3", SiloRoles.Blend));
        Assert.Equal(cluster.Silos[1], await cluster.PlaceAsync(new NearPlacement(), "3", SiloRoles.Fuse));
    }

    [Fact]
    public async Task Home_NobodyHasTheRole_SaysSo()
    {
        var error = await Assert.ThrowsAsync<SiloUnavailableException>(
            () => new Cluster(SiloRoles.Gateway).PlaceAsync(new HomePlacement(), "7", SiloRoles.Blend));
        Assert.Equal("no silo has the role for 7", error.Message);
    }

    [Fact]
    public async Task Pinned_SiloHasLeft_SaysSo()
    {
        var cluster = new Cluster(SiloRoles.Compare);
        var gone = SiloAddress.New(new(0x0100007f, 9999), 1);

        Assert.Equal(cluster.Silos[0], await cluster.PlaceAsync(new PinnedPlacement(), PinnedKey.Of(cluster.Silos[0]), null));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => cluster.PlaceAsync(new PinnedPlacement(), PinnedKey.Of(gone), null));
    }

    /// <summary>Active silos with a role each, the first of them the local one.</summary>
    private sealed class Cluster(params SiloRoles[] roles) : IClusterMembershipService, ISiloMetadataCache, IPlacementContext
    {
        public SiloAddress[] Silos { get; } = [.. roles.Select((_, i) => SiloAddress.New(new(0x0100007f, 1000 + i), 1))];

        public ClusterMembershipSnapshot CurrentSnapshot => new(
            Silos.ToImmutableDictionary(silo => silo, silo => new ClusterMember(silo, SiloStatus.Active, "silo")), new MembershipVersion(1));

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public SiloAddress LocalSilo => Silos[0];

        public SiloStatus LocalSiloStatus => SiloStatus.Active;

        public Task<SiloAddress> PlaceAsync(PlacementStrategy strategy, string key, SiloRoles? role) =>
            new DirectPlacementDirector(this, new SiloCapabilityCache(this, new ServiceCollection().BuildServiceProvider(), TimeProvider.System), _ => role)
                .OnAddActivation(strategy, new PlacementTarget(GrainId.Create(Type, key), [], default, 0), this);

        public SiloMetadata GetSiloMetadata(SiloAddress siloAddress)
        {
            var metadata = new SiloMetadata();
            var own = new SiloCapabilities(roles[Array.IndexOf(Silos, siloAddress)], 1, []);
            typeof(SiloMetadata).GetProperty(nameof(SiloMetadata.Metadata))!.SetValue(metadata, own.ToMetadata().ToImmutableDictionary());
            return metadata;
        }

        public SiloAddress[] GetCompatibleSilos(PlacementTarget target) => [];

        public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target) => throw new NotSupportedException();

        public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();
    }
}
