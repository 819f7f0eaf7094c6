using System.Reflection;
using LLMBlender.Silo.Placement;
using LLMBlender.TestKit.Fakes;

namespace LLMBlender.Silo.Tests.Contract;

public sealed class InterfaceVersionsTests
{
    [Fact]
    public async Task Knows_InterfacesOfGrainsWithARole_ByOrleansNames()
    {
        await using var cluster = await BlendCluster.StartAsync(new FakeRanker(), SiloRoles.All);
        var manifest = cluster.Service<IClusterManifestProvider>(0).LocalGrainManifest;
        var interfaces = typeof(InterfaceVersions).Assembly.GetTypes()
            .Where(static type => type.GetCustomAttribute<RoleFilterAttribute>() is not null)
            .SelectMany(static type => type.GetInterfaces().Where(static one => one.IsAssignableTo(typeof(IGrainWithStringKey)) && one != typeof(IGrainWithStringKey)))
            .ToList();

        Assert.Equal(5, interfaces.Count);
        Assert.All(interfaces.Select(static one => one.GetCustomAttribute<AliasAttribute>()!.Alias), name =>
        {
            Assert.True(InterfaceVersions.Knows(name), $"{name} is not among the interfaces with a version");
            Assert.Contains(GrainInterfaceType.Create(name), manifest.Interfaces.Keys);
        });
    }
}
