using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class RankingEngineTests
{
    public static TheoryData<string> Names => [.. RankingEngines.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Constructor_OneCandidate_IsSettledAtOnce(string name)
    {
        var engine = RankingEngines.Create(name, 1);
        Assert.True(engine.IsSettled);
        Assert.True(engine.NextPairs().IsEmpty);
        var ranking = engine.Rank();
        Assert.Equal([1], ranking.Ranks);
        Assert.Equal([0.0], ranking.Scores);
        Assert.Equal(0, ranking.Best);
        Assert.Equal((0, 0), (ranking.Comparisons, ranking.Rounds));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Constructor_NoCandidate_IsRefused(string name)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => RankingEngines.Create(name, 0));
        Assert.Contains("must be from 1 to 1024", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void NextPairs_WhileLogitsAreOutstanding_IsEmpty(string name)
    {
        var engine = RankingEngines.Create(name, 3);
        var round = engine.NextPairs().ToArray();
        Assert.True(engine.NextPairs().IsEmpty);
        engine.Record(round[0], 1);
        Assert.True(engine.NextPairs().IsEmpty);
        Assert.Equal(1, engine.Rounds);
        Assert.False(engine.IsSettled);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Record_BeforeThePairWasNamed_IsRefused(string name)
    {
        var engine = RankingEngines.Create(name, 2);
        var error = Assert.Throws<InvalidOperationException>(() => engine.Record(new(0, 1), 1));
        Assert.Equal($"{name} did not request pair (0,1)", error.Message);
        Assert.Equal(2, engine.NextPairs().Length);
    }

    [Fact]
    public void Record_PairNotWantedYet_IsRefused()
    {
        var engine = BubbleSort.WholeOrder(3);
        Assert.Equal([new(0, 1), new(1, 0)], engine.NextPairs().ToArray());
        var error = Assert.Throws<InvalidOperationException>(() => engine.Record(new(1, 2), 1));
        Assert.Equal("bubble-sort did not request pair (1,2)", error.Message);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Record_Twice_IsRefusedAlsoWhenSettled(string name)
    {
        var engine = RankingEngines.Create(name, 2);
        engine.NextPairs();
        engine.Record(new(0, 1), 0.5f);
        Assert.Throws<InvalidOperationException>(() => engine.Record(new(0, 1), 0.5f));
        engine.Record(new(1, 0), -0.5f);
        Assert.True(engine.IsSettled);
        var error = Assert.Throws<InvalidOperationException>(() => engine.Record(new(1, 0), 0.5f));
        Assert.Contains("(1,0) has been recorded already", error.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2], engine.Rank().Ranks);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Record_UnusableLogitOrPair_ChangesNothing(string name)
    {
        var engine = RankingEngines.Create(name, 2);
        engine.NextPairs();
        Assert.Throws<ArgumentException>(() => engine.Record(new(0, 1), float.NaN));
        Assert.Throws<ArgumentException>(() => engine.Record(new(1, 1), 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => engine.Record(new(0, 2), 1));
        Assert.Equal(0, engine.Matrix.RecordedCount);
        engine.Record(new(0, 1), -1);
        engine.Record(new(1, 0), 1);
        Assert.Equal([2, 1], engine.Rank().Ranks);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Rank_NotSettled_SaysWhatIsMissing(string name)
    {
        var engine = RankingEngines.Create(name, 2);
        engine.NextPairs();
        engine.Record(new(0, 1), 1);
        var error = Assert.Throws<InvalidOperationException>(engine.Rank);
        Assert.Contains("recorded 1 of the 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MaxLogits.Aggregation)]
    [InlineData(MaxWins.Aggregation)]
    [InlineData(BubbleSort.Aggregation)]
    public void Record_WholeRanking_AllocatesNothing(string name)
    {
        Drive(RankingEngines.Create(name, 8));
        var engine = RankingEngines.Create(name, 64);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Drive(engine);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(64 * 63, engine.Matrix.RecordedCount);
    }

    private static void Drive(RankingEngine engine)
    {
        while (!engine.IsSettled)
        {
            foreach (var pair in engine.NextPairs())
            {
                engine.Record(pair, pair.Second - pair.First);
            }
        }
    }
}
