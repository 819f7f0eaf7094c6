using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class ComparisonMatrixTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(ComparisonMatrix.MaxCandidates + 1)]
    public void Constructor_CountOutOfRange_NamesValueAndRange(int count)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new ComparisonMatrix(count));
        Assert.Equal(count, error.ActualValue);
        Assert.Contains("from 1 to 1024", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Constructor_Fresh_OnlyTheDiagonalIsKnown()
    {
        var matrix = new ComparisonMatrix(3);
        Assert.Equal(0, matrix.RecordedCount);
        Assert.Equal([0f, float.NaN, float.NaN], matrix.Row(0).ToArray());
        Assert.Equal(0f, matrix[new(2, 2)]);
        Assert.True(matrix.IsRecorded(new(1, 1)));
        Assert.False(matrix.IsRecorded(new(1, 2)));
    }

    [Fact]
    public void Record_Pair_IsHeardInThatOrderOnly()
    {
        var matrix = new ComparisonMatrix(3);
        matrix.Record(new(1, 2), -0.25f);
        Assert.Equal(-0.25f, matrix[new(1, 2)]);
        Assert.Equal([float.NaN, 0f, -0.25f], matrix.Row(1).ToArray());
        Assert.Equal(1, matrix.RecordedCount);
        var error = Assert.Throws<InvalidOperationException>(() => matrix[new(2, 1)]);
        Assert.Contains("(2,1)", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Record_NotFinite_NamesPairValueAndRule(float logit)
    {
        var matrix = new ComparisonMatrix(2);
        var error = Assert.Throws<ArgumentException>(() => matrix.Record(new(0, 1), logit));
        Assert.Contains($"pair (0,1) is {logit}; it must be finite", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, matrix.RecordedCount);
    }

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(0, 2)]
    [InlineData(2, 0)]
    [InlineData(0, int.MinValue)]
    public void Record_OutOfRange_NamesPairAndRange(int first, int second)
    {
        var matrix = new ComparisonMatrix(2);
        var pair = new CandidatePair(first, second);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Record(pair, 1));
        Assert.Contains("from 0 to 1", error.Message, StringComparison.Ordinal);
        Assert.Contains(pair.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix[pair]);
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.IsRecorded(pair));
    }

    [Fact]
    public void Record_Diagonal_IsRefused()
    {
        var error = Assert.Throws<ArgumentException>(() => new ComparisonMatrix(2).Record(new(1, 1), 0));
        Assert.Contains("(1,1)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Record_Twice_KeepsTheFirstLogit()
    {
        var matrix = new ComparisonMatrix(2);
        matrix.Record(new(0, 1), 0.5f);
        var error = Assert.Throws<InvalidOperationException>(() => matrix.Record(new(0, 1), 2));
        Assert.Contains("(0,1) has been recorded already, as 0.5; the new logit is 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(0.5f, matrix[new(0, 1)]);
        Assert.Equal(1, matrix.RecordedCount);
    }

    [Fact]
    public void Row_OutOfRange_IsRefused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ComparisonMatrix(2).Row(2).Length);
}
