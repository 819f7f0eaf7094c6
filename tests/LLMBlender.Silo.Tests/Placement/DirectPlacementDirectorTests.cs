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
        Assert.StartsWith("no silo has the role Blend for grain/7: the members are ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pinned_SiloHasLeft_SaysSo()
    {
        var cluster = new Cluster(SiloRoles.Compare);
        var gone = SiloAddress.New(new(0x0100007f, 9999), 1);

        Assert.Equal(cluster.Silos[0], await cluster.PlaceAsync(new PinnedPlacement(), PinnedKey.Of(cluster.Silos[0]), null));
        await Assert.ThrowsAsync<SiloUnavailableException>(() => cluster.PlaceAsync(new PinnedPlacement(), PinnedKey.Of(gone), null));
    }

    [Fact]
    public async Task Home_CallOfAHigherVersion_GoesOnlyToSilosThatServeIt()
    {
        var cluster = new Cluster(SiloRoles.Blend, SiloRoles.Blend, SiloRoles.Blend) { Versions = [0, 1, 2] };

        Assert.Equal(cluster.Silos, await AllAsync(0));
        Assert.Equal(cluster.Silos[1..], await AllAsync(1));
        Assert.Equal(cluster.Silos[2..], await AllAsync(2));
        var error = await Assert.ThrowsAsync<SiloUnavailableException>(() => cluster.PlaceAsync(new HomePlacement(), "7", SiloRoles.Blend, 3));
        Assert.StartsWith($"no silo has the role Blend for grain/7 and serves version 3 of {Cluster.Versioned}: the members are ", error.Message, StringComparison.Ordinal);

        async Task<SiloAddress[]> AllAsync(ushort version) => [.. (await Task.WhenAll(
            Enumerable.Range(0, 32).Select(bucket => cluster.PlaceAsync(new HomePlacement(), $"{bucket}", SiloRoles.Blend, version)))).Distinct().Order()];
    }

    [Fact]
    public async Task Pinned_CallOfAHigherVersion_IsRefused()
    {
        var cluster = new Cluster(SiloRoles.Compare, SiloRoles.Compare) { Versions = [0, 1] };

        Assert.Equal(cluster.Silos[1], await cluster.PlaceAsync(new PinnedPlacement(), PinnedKey.Of(cluster.Silos[1]), SiloRoles.Compare, 1));
        var error = await Assert.ThrowsAsync<SiloUnavailableException>(
            () => cluster.PlaceAsync(new PinnedPlacement(), PinnedKey.Of(cluster.Silos[0]), SiloRoles.Compare, 1));
        Assert.Contains("does not serve version 1", error.Message, StringComparison.Ordinal);
    }

    /// <summary>Active silos with a role each, the first of them the local one.</summary>
    private sealed class Cluster(params SiloRoles[] roles) : IClusterMembershipService, ISiloMetadataCache, IPlacementContext
    {
        public const string Versioned = "LLMBlender.IRankingGrain";

        /// <summary>Of each silo, its version of that interface.</summary>
        public ushort[] Versions { get; init; } = new ushort[roles.Length];

        public SiloAddress[] Silos { get; } = [.. roles.Select((_, i) => SiloAddress.New(new(0x0100007f, 1000 + i), 1))];

        public ClusterMembershipSnapshot CurrentSnapshot => new(
            Silos.ToImmutableDictionary(silo => silo, silo => new ClusterMember(silo, SiloStatus.Active, "silo")), new MembershipVersion(1));

        public IAsyncEnumerable<ClusterMembershipSnapshot> MembershipUpdates => throw new NotSupportedException();

        public SiloAddress LocalSilo => Silos[0];

        public SiloStatus LocalSiloStatus => SiloStatus.Active;

        public Task<SiloAddress> PlaceAsync(PlacementStrategy strategy, string key, SiloRoles? role, ushort version = 0) =>
            new DirectPlacementDirector(this, new SiloCapabilityCache(this, new ServiceCollection().BuildServiceProvider(), TimeProvider.System), _ => role)
                .OnAddActivation(strategy, new PlacementTarget(GrainId.Create(Type, key), [], GrainInterfaceType.Create(Versioned), version), this);

        public SiloMetadata GetSiloMetadata(SiloAddress siloAddress)
        {
            var metadata = new SiloMetadata();
            var at = Array.IndexOf(Silos, siloAddress);
            var own = new SiloCapabilities(roles[at], 1, []) { Versions = new Dictionary<string, ushort> { [Versioned] = Versions[at] } };
            typeof(SiloMetadata).GetProperty(nameof(SiloMetadata.Metadata))!.SetValue(metadata, own.ToMetadata().ToImmutableDictionary());
            return metadata;
        }

        public SiloAddress[] GetCompatibleSilos(PlacementTarget target) => [];

        public IReadOnlyDictionary<ushort, SiloAddress[]> GetCompatibleSilosWithVersions(PlacementTarget target) => throw new NotSupportedException();

        public ValueTask Refresh(MembershipVersion minimumVersion = default, CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public Task<bool> TryKill(SiloAddress siloAddress) => throw new NotSupportedException();
    }
}
