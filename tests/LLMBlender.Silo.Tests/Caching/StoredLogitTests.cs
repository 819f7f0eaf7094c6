using CsCheck;
using LLMBlender.Silo.Caching;

namespace LLMBlender.Silo.Tests.Caching;

public sealed class StoredLogitTests
{
    private static readonly ComparisonKey Key = new(1, 2, 3, 4);

    [Fact]
    public void TryRead_OwnEntry_GivesTheLogit() => Gen.Float[-StoredLogit.MaxMagnitude, StoredLogit.MaxMagnitude].Sample(logit =>
        StoredLogit.TryRead(Key, StoredLogit.Write(Key, logit), out var read) && read.Equals(logit));

    [Theory]
    [InlineData(float.MaxValue)]
    [InlineData(float.MinValue)]
    [InlineData(10_001f)]
    [InlineData(float.PositiveInfinity)]
    public void TryRead_LogitThatNoRankerComputes_IsNone(float logit) => Assert.False(StoredLogit.TryRead(Key, StoredLogit.Write(Key, logit), out _));

    [Fact]
    public void TryRead_AnotherKeysEntry_IsNone() =>
        Assert.False(StoredLogit.TryRead(Key, StoredLogit.Write(Key with { D = 5 }, 1.5f), out _));

    [Fact]
    public void TryRead_NotANumber_IsNone() => Assert.False(StoredLogit.TryRead(Key, StoredLogit.Write(Key, float.NaN), out _));

    [Fact]
    public void TryRead_AnyByteChanged_IsNone() => Gen.Select(Gen.Int[0, StoredLogit.Size - 1], Gen.Byte[1, 255]).Sample((place, change) =>
    {
        var entry = StoredLogit.Write(Key, 1.5f);
        entry[place] ^= change;
        return !StoredLogit.TryRead(Key, entry, out _);
    });

    [Fact]
    public void TryRead_AnyOtherBytes_IsNone() => Gen.Byte.Array[0, 40].Sample(bytes => !StoredLogit.TryRead(Key, bytes, out _));
}
