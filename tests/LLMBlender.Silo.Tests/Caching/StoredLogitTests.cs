using CsCheck;
using LLMBlender.Silo.Caching;
using LLMBlender.Silo.Sealing;

namespace LLMBlender.Silo.Tests.Caching;

public sealed class StoredLogitTests
{
    private static readonly ComparisonKey Key = new(1, 2, 3, 4);
    private static readonly ClusterKey First = ClusterKey.Parse(new string('1', 32));
    private static readonly StoredLogit Format = new(First);

    [Fact]
    public void TryRead_OwnEntry_GivesTheLogit() => Gen.Float[-StoredLogit.MaxMagnitude, StoredLogit.MaxMagnitude].Sample(logit =>
        Format.TryRead(Key, Format.Write(Key, logit), out var read) && read.Equals(logit));

    [Theory]
    [InlineData(float.MaxValue)]
    [InlineData(float.MinValue)]
    [InlineData(10_001f)]
    [InlineData(float.PositiveInfinity)]
    public void TryRead_LogitThatNoRankerComputes_IsNone(float logit) => Assert.False(Format.TryRead(Key, Format.Write(Key, logit), out _));

    [Fact]
    public void TryRead_AnotherKeysEntry_IsNone() =>
        Assert.False(Format.TryRead(Key, Format.Write(Key with { D = 5 }, 1.5f), out _));

    [Fact]
    public void TryRead_NotANumber_IsNone() => Assert.False(Format.TryRead(Key, Format.Write(Key, float.NaN), out _));

    [Fact]
    public void TryRead_AnyByteChanged_IsNone() => Gen.Select(Gen.Int[0, Format.Size - 1], Gen.Byte[1, 255]).Sample((place, change) =>
    {
        var entry = Format.Write(Key, 1.5f);
        entry[place] ^= change;
        return !Format.TryRead(Key, entry, out _);
    });

    [Fact]
    public void TryRead_AnyOtherBytes_IsNone() => Gen.Byte.Array[0, 40].Sample(bytes => !Format.TryRead(Key, bytes, out _));

    [Fact]
    public void TryRead_WithoutAKey_AcceptsChecksums()
    {
        var plain = new StoredLogit(null);

        Assert.True(plain.TryRead(Key, plain.Write(Key, 1.5f), out var logit));
        Assert.Equal(1.5f, logit);
        Assert.False(plain.TryRead(Key with { A = 9 }, plain.Write(Key, 1.5f), out _));
    }

    [Fact]
    public void TryRead_EntryWithoutTheKey_IsNone()
    {
        Assert.False(Format.TryRead(Key, new StoredLogit(null).Write(Key, 1.5f), out _));
        Assert.False(Format.TryRead(Key, new StoredLogit(ClusterKey.Parse(new string('2', 32))).Write(Key, 1.5f), out _));
    }

    [Fact]
    public void TryRead_KeyBeingReplaced_AcceptsBoth()
    {
        var both = new StoredLogit(ClusterKey.Parse($"{new string('2', 32)}\n{new string('1', 32)}\n"));

        Assert.True(both.TryRead(Key, Format.Write(Key, 1.5f), out _));
        Assert.True(new StoredLogit(ClusterKey.Parse(new string('2', 32))).TryRead(Key, both.Write(Key, 1.5f), out _));
    }
}
