using LLMBlender.Silo.Sealing;

namespace LLMBlender.Silo.Tests.Sealing;

public sealed class ClusterKeyTests
{
    [Fact]
    public void Verify_AnotherContentOrCode_IsFalse()
    {
        var key = ClusterKey.Parse(new string('k', 32));
        var code = new byte[ClusterKey.CodeSize];
        key.Sign([1, 2, 3], code);

        Assert.True(key.Verify([1, 2, 3], code));
        Assert.False(key.Verify([1, 2, 4], code));
        code[5] ^= 1;
        Assert.False(key.Verify([1, 2, 3], code));
        Assert.False(key.Verify([1, 2, 3], code.AsSpan(1)));
        Assert.False(key.Verify([1, 2, 3], []));
    }

    [Fact]
    public void Parse_KeyTooShortOrNone_NamesTheRule()
    {
        var brief = Assert.Throws<ArgumentException>(() => ClusterKey.Parse($"{new string('k', 32)}\nsecret", "cluster.key"));
        var none = Assert.Throws<ArgumentException>(() => ClusterKey.Parse(" \n", "cluster.key"));

        Assert.Contains("cluster.key has a key of 6 characters, and a key must have at least 32", brief.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", brief.Message, StringComparison.Ordinal);
        Assert.Contains("cluster.key is empty", none.Message, StringComparison.Ordinal);
    }
}
