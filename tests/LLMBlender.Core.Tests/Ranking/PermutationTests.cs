using CsCheck;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class PermutationTests
{
    [Fact]
    public void SplitMix64_PublishedSeed_GivesThePublishedNumbers()
    {
        var random = new SplitMix64(1234567);
        ulong[] expected =
        [
            6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821,
        ];
        Assert.Equal(expected, expected.Select(_ => random.Next()).ToArray());
    }

    [Theory]
    [InlineData(5, 0ul, new[] { 2, 3, 0, 1, 4 })]
    [InlineData(5, 1ul, new[] { 1, 0, 3, 4, 2 })]
    [InlineData(8, 42ul, new[] { 4, 3, 2, 0, 7, 6, 1, 5 })]
    [InlineData(11, ulong.MaxValue, new[] { 7, 0, 2, 8, 5, 6, 4, 3, 1, 10, 9 })]
    public void Shuffled_GivenSeed_IsFixedForGood(int count, ulong seed, int[] expected) =>
        Assert.Equal(expected, Permutation.Shuffled(count, seed));

    [Fact]
    public void Shuffled_AnySeed_IsAPermutation() =>
        Gen.Select(Gen.Int[0, 200], Gen.ULong).Sample((count, seed) =>
            Assert.Equal(Permutation.Identity(count), Permutation.Shuffled(count, seed).Order()));

    [Fact]
    public void Shuffled_ManySeeds_EveryOrderIsAboutAsLikely()
    {
        var counts = Enumerable.Range(0, 24_000)
            .Select(seed => string.Join(',', Permutation.Shuffled(4, (ulong)seed)))
            .CountBy(order => order)
            .Select(entry => entry.Value)
            .ToArray();
        Assert.Equal(24, counts.Length);

        // 1000 expected of each; five standard deviations are 155.
        Assert.All(counts, count => Assert.InRange(count, 845, 1155));
    }

    [Fact]
    public void Identity_NegativeCount_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Permutation.Identity(-1));
}
