using LLMBlender.LocalCluster;

namespace LLMBlender.Deploy.Tests.Local;

/// <summary>What the local cluster's report makes of its counts.</summary>
public sealed class BalanceTests
{
    private const int OfARanking = 20;
    private const int OfAPair = 2;

    // 90 rankings and 10 pairs.
    private static readonly Work Asked = new(90, 10, 1820);

    [Fact]
    public void IsEven_AllDoneOnce_IsSo()
    {
        var balance = After(Asked);

        Assert.True(balance.IsEven);
        Assert.Equal(0, balance.ComparisonsAgain);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(0, 1)]
    [InlineData(3, 2)]
    public void IsEven_RequestsDoneTwiceAndCountedSo_IsSo(int rankings, int pairs)
    {
        var again = (rankings * OfARanking) + (pairs * OfAPair);

        var balance = After(new Work(Asked.Rankings + rankings, Asked.Pairs + pairs, Asked.Comparisons + again));

        Assert.True(balance.IsEven);
        Assert.Equal(again, balance.ComparisonsAgain);
        Assert.Equal(Asked.Comparisons, balance.ComparisonsOnce);
    }

    [Theory]
    [InlineData(0, 0, 2)]
    [InlineData(0, 0, -2)]
    [InlineData(1, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(1, 0, 2)]
    [InlineData(0, 1, 20)]
    public void IsEven_ComparisonsThatNoRequestExplains_IsNotSo(int rankings, int pairs, int comparisons) =>
        Assert.False(After(new Work(Asked.Rankings + rankings, Asked.Pairs + pairs, Asked.Comparisons + comparisons)).IsEven);

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, -1)]
    [InlineData(-1, 10)]
    [InlineData(1, -10)]
    public void IsEven_RequestsLostWithAllTheirComparisons_IsNotSo(int rankings, int pairs) =>
        Assert.False(After(new Work(
            Asked.Rankings + rankings, Asked.Pairs + pairs, Asked.Comparisons + (rankings * OfARanking) + (pairs * OfAPair))).IsEven);

    private static Balance After(Work done) => new(Asked, done, OfARanking, OfAPair);
}
