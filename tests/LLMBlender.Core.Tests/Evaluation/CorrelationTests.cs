using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class CorrelationTests
{
    // Anscombe (1973): his first quartet's correlation is published as 0.816.
    private static readonly double[] AnscombeX = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
    private static readonly double[] AnscombeY = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];

    // The worked example of Spearman's ρ: IQ against hours of television, ρ = −29/165.
    private static readonly double[] Iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    private static readonly double[] Hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];

    [Fact]
    public void Pearson_OfAnscombesQuartet_IsThePublishedNumber() =>
        Assert.Equal(0.81642, Correlation.Pearson(AnscombeX, AnscombeY), 5);

    [Fact]
    public void Spearman_OfTheTextbooksExample_IsItsNumber() => Assert.Equal(-29 / 165.0, Correlation.Spearman(Iq, Hours), 12);

    // By hand: ranks 1, 2.5, 2.5, 4 against 1, 2, 3, 4; covariance 4.5, squares 4.5 and 5.
    [Fact]
    public void Spearman_OfTies_SharesTheMeanRank() =>
        Assert.Equal(4.5 / Math.Sqrt(4.5 * 5), Correlation.Spearman([1, 5, 5, 9], [1, 2, 3, 4]), 12);

    // By hand: of 6 pairs 5 agree and one is tied in the first: 5/√(5·6). Without ties, one exchange of 6: (5 − 1)/6.
    [Theory]
    [InlineData(new double[] { 1, 5, 5, 9 }, 0.9128709291752769)]
    [InlineData(new double[] { 1, 3, 2, 4 }, 2 / 3.0)]
    [InlineData(new double[] { 4, 3, 2, 1 }, -1.0)]
    public void Kendall_CountsPairs(double[] one, double expected) => Assert.Equal(expected, Correlation.Kendall(one, [1, 2, 3, 4]), 12);

    [Fact]
    public void Footrule_SumsDistances() => Assert.Equal(2 + 0 + 2, Correlation.Footrule([1, 2, 3], [3, 2, 1]));

    [Fact]
    public void Correlation_WithAConstant_IsNoNumber()
    {
        Assert.True(double.IsNaN(Correlation.Pearson([1, 1], [1, 2])));
        Assert.True(double.IsNaN(Correlation.Spearman([1, 2], [3, 3])));
        Assert.True(double.IsNaN(Correlation.Kendall([1, 1], [1, 2])));
    }

    [Fact]
    public void Ranks_OfTies_ShareTheSmallest() => Assert.Equal([3, 1, 1, 4], Ranks.Smallest([2, 7, 7, 1]));
}
