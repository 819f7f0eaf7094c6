using LLMBlender.Abstractions;
using LLMBlender.Local.Comparing;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Tests.Placement;

public sealed class SiloCapabilitiesTests
{
    [Fact]
    public void Read_OwnMetadata_IsTheSame()
    {
        var own = new SiloCapabilities(SiloRoles.Blend | SiloRoles.Compare, 2,
        [
            new("odd=name", "abc") { Info = new RankerInfo("odd=name", RankerInfo.RewardModel) { Temperature = 1 / 3.0, Demonstration = true, ConsensusWeight = 0.1 } },
            new("other", "def"),
            new("third", "ghi") { Info = new RankerInfo("third", RankerInfo.PairRanker) },
        ])
        {
            Versions = new Dictionary<string, ushort> { ["LLMBlender.IRankingGrain"] = 2 },
        };

        var read = SiloCapabilities.Read(new Dictionary<string, string>(own.ToMetadata()))!;

        Assert.Equal((own.Roles, own.Accelerators), (read.Roles, read.Accelerators));
        Assert.Equal<RankerIdentity>(own.Rankers, read.Rankers);
        Assert.Equal(own.Versions, read.Versions);
        Assert.True(read.Compares);
    }

    [Fact]
    public void Read_MetadataOfAnOlderSilo_HasNoInfos()
    {
        var metadata = new Dictionary<string, string>(new SiloCapabilities(
            SiloRoles.Compare, 1, [new("r", "v") { Info = new RankerInfo("r", RankerInfo.PairRanker) }]).ToMetadata());
        metadata.Remove("llmblender.ranker-infos");
        metadata.Remove("llmblender.versions");

        Assert.Equal([new RankerIdentity("r", "v")], SiloCapabilities.Read(metadata)!.Rankers);
        Assert.Empty(SiloCapabilities.Read(metadata)!.Versions);
    }

    [Fact]
    public void Read_InfosWithoutAWeightOfConsensus_CountsNoConsensus()
    {
        var metadata = new Dictionary<string, string>(new SiloCapabilities(SiloRoles.Compare, 1, [new("r", "v")]).ToMetadata())
        {
            ["llmblender.ranker-infos"] = "pair-ranker,0.5,",
        };

        Assert.Equal(new RankerInfo("r", RankerInfo.PairRanker) { Temperature = 0.5 }, SiloCapabilities.Read(metadata)!.Rankers[0].Info);
    }

    [Fact]
    public void Read_NewerRole_IsPassedOver() => Assert.Equal(
        SiloRoles.Blend, SiloCapabilities.Read(new Dictionary<string, string> { ["llmblender.roles"] = "blend,dream" })!.Roles);

    [Fact]
    public void Read_NoMetadata_IsNull() => Assert.Null(SiloCapabilities.Read(new Dictionary<string, string>()));

    [Theory]
    [InlineData("all", SiloRoles.All)]
    [InlineData("gateway, blend", SiloRoles.Gateway | SiloRoles.Blend)]
    public void Parse_Roles_ReadsTheList(string list, SiloRoles roles) => Assert.Equal(roles, RoleNames.Parse(list));

    [Theory]
    [InlineData("")]
    [InlineData("gateway,rank")]
    public void Parse_UnknownRole_NamesTheRule(string list) =>
        Assert.Contains("gateway, blend, compare, fuse, dashboard, all", Assert.Throws<ArgumentException>(() => RoleNames.Parse(list)).Message, StringComparison.Ordinal);
}
