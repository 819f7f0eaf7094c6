using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class AgainstReferenceTests
{
    private static readonly float[,] Matrix = { { 0, 2, 9, 9 }, { -1, 0, 3, -4 }, { 9, 0.5f, 0, 9 }, { 9, 1, 9, 0 } };

    [Fact]
    public void Rank_OneOfTheCandidates_ComparesWithItAlone()
    {
        var ranking = Comparer.Run(AgainstReference.OneOf(4, 1), Matrix);
        Assert.Equal([3.0, 0.0, -2.5, 5.0], ranking.Scores);
        Assert.Equal([2, 3, 4, 1], ranking.Ranks);
        Assert.Equal((6, 1), (ranking.Comparisons, ranking.Rounds));
    }

    [Fact]
    public void Rank_AnotherText_HasNoRankItself()
    {
        var ranking = Comparer.Run(AgainstReference.Other(3), Matrix);
        Assert.Equal([0.0, -5.0, 0.0], ranking.Scores);
        Assert.Equal([1, 3, 1], ranking.Ranks);
        Assert.Equal((6, 1), (ranking.Comparisons, ranking.Rounds));
    }

    [Fact]
    public void OneOf_TheOnlyCandidate_IsSettledAtOnce() => Assert.Equal([1], AgainstReference.OneOf(1, 0).Rank().Ranks);

    [Theory]
    [InlineData(3, 3)]
    [InlineData(3, -1)]
    [InlineData(0, 0)]
    public void OneOf_NoSuchCandidate_IsRefused(int count, int reference) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => AgainstReference.OneOf(count, reference));

    [Theory]
    [InlineData("longest", 1)]
    [InlineData("shortest", 0)]
    [InlineData("median_length", 2)]
    [InlineData("first", 0)]
    [InlineData("last", 4)]
    public void Choose_EachMode_TakesItsCandidate(string mode, int expected) =>
        Assert.Equal(expected, ReferenceMode.Choose(mode, ["a", "long one", "middle", "b", "long two"]));

    [Fact]
    public void Choose_EvenNumber_TakesTheLongerOfTheMiddleTwo() =>
        Assert.Equal(3, ReferenceMode.Choose("median_length", ["aa", "a", "aaaa", "aaa"]));

    [Fact]
    public void Choose_UnknownMode_ListsTheKnown()
    {
        var error = Assert.Throws<ArgumentException>(() => ReferenceMode.Choose("best", ["a"]));
        Assert.Contains("'best' is not known; known are longest, shortest, median_length, first, last", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Begin_WithAReference_AppendsItsText()
    {
        var (engine, texts) = new RankingOptions(Reference: "r").Begin(["a", "b"]);
        Assert.Equal(["a", "b", "r"], texts);
        Assert.Equal([new(0, 2), new(2, 0), new(1, 2), new(2, 1)], engine.NextPairs().ToArray());
    }

    [Fact]
    public void Begin_WithAMode_TakesTheCandidate()
    {
        var (engine, texts) = new RankingOptions(ReferenceMode: "longest").Begin(["a", "bb", "c"]);
        Assert.Equal(["a", "bb", "c"], texts);
        Assert.Equal([new(0, 1), new(1, 0), new(2, 1), new(1, 2)], engine.NextPairs().ToArray());
    }

    [Theory]
    [InlineData("nonsense", null, null, "aggregate")]
    [InlineData(null, "nonsense", null, "reference_mode")]
    [InlineData("max-wins", null, "r", "reference")]
    [InlineData(null, "first", "r", "reference")]
    public void Problem_WrongWish_NamesTheField(string? aggregation, string? mode, string? reference, string field)
    {
        var options = new RankingOptions(aggregation, mode, reference);
        Assert.Equal(field, options.Problem(2)!.Value.Field);
        Assert.Throws<ArgumentException>(() => options.Begin(["a", "b"]));
    }

    [Fact]
    public void Problem_NoRoomForTheReference_NamesTheLimit()
    {
        Assert.Contains("at most 1023", new RankingOptions(Reference: "r").Problem(1024)!.Value.Problem, StringComparison.Ordinal);
        Assert.Null(new RankingOptions(ReferenceMode: "first").Problem(1024));
    }
}
