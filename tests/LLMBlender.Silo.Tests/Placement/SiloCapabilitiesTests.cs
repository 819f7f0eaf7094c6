using LLMBlender.Local.Comparing;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Tests.Placement;

public sealed class SiloCapabilitiesTests
{
    [Fact]
    public void Read_OwnMetadata_IsTheSame()
    {
        var own = new SiloCapabilities(SiloRoles.Blend | SiloRoles.Compare, 2, [new("odd=name", "abc"), new("other", "def")]);

        var read = SiloCapabilities.Read(new Dictionary<string, string>(own.ToMetadata()))!;

        Assert.Equal((own.Roles, own.Accelerators), (read.Roles, read.Accelerators));
        Assert.Equal<RankerIdentity>(own.Rankers, read.Rankers);
        Assert.True(read.Compares);
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
