using LLMBlender.Training.Data;

namespace LLMBlender.Training.Tests.Data;

public sealed class PairLayoutTests
{
    private static readonly PairLayout Layout = new(1, 2, 101, 102, 103);

    [Fact]
    public void Write_ShortTexts_JoinsThreeSegments()
    {
        long[] ids = new long[20];
        int[] markers = new int[3];
        int length = Layout.Write([10, 11], [20], [], 50, 50, ids, markers);
        Assert.Equal([1, 101, 10, 11, 2, 1, 102, 20, 2, 1, 103, 2], ids[..length]);
        Assert.Equal([1, 6, 10], markers);
        Assert.Equal(length, PairLayout.Length(2, 1, 0, 50, 50));
    }

    [Fact]
    public void Write_LongTexts_CutsOnTheRightAndCountsControls()
    {
        long[] ids = new long[20];
        int length = Layout.Write([10, 11, 12], [20, 21, 22], [30, 31], 5, 4, ids, new int[3]);
        Assert.Equal([1, 101, 10, 11, 2, 1, 102, 20, 2, 1, 103, 30, 2], ids[..length]);
    }

    [Fact]
    public void Of_SwappedPair_PutsTheWorseFirstWithItsSeams()
    {
        var pair = new TrainingPair
        {
            Tag = "t",
            Source = [10],
            Better = [20, 21],
            Worse = [30],
            Seams = ([false, false, false], [true, true]),
        };
        Batch batch = Batch.Of([pair, pair], [false, true], Layout, 50, 50);
        Assert.Equal([1, 101, 10, 2, 1, 102, 30, 2, 1, 103, 20, 21, 2], batch.Ids[13..26]);
        Assert.Equal([1f, 0f], batch.FirstScores);
        Assert.Equal([0f, 1f], batch.SecondScores);
        Assert.Equal([6, 7, 8, 11, 12, 19, 20, 23, 24, 25], Asked(batch, TokenMarks.Seam));
        Assert.Equal([11, 12, 19, 20], Answered(batch, TokenMarks.Seam));
    }

    [Fact]
    public void Of_CutCandidate_HasNoSeamForItsEnd()
    {
        var pair = new TrainingPair { Tag = "t", Source = [], Better = [20, 21], Worse = [30], Seams = ([false, false, true], [true, true]) };
        Batch batch = Batch.Of([pair], [false], Layout, 50, 4);
        Assert.Equal([5, 9, 10], Asked(batch, TokenMarks.Seam));
        Assert.Equal([9, 10], Answered(batch, TokenMarks.Seam));
    }

    [Fact]
    public void Of_AnyPair_AsksWhatTheSequenceItselfAnswers()
    {
        var pair = new TrainingPair { Tag = "t", Source = [10, 11], Better = [11, 20, 11, 20], Worse = [30, 10] };
        Batch batch = Batch.Of([pair], [false], Layout, 50, 50);
        Assert.Equal([1, 101, 10, 11, 2, 1, 102, 11, 20, 11, 20, 2, 1, 103, 30, 10, 2], batch.Ids);
        Assert.Equal([7, 9, 15], Answered(batch, TokenMarks.InSource));
        Assert.Equal([10], Answered(batch, TokenMarks.Repeats));
        Assert.Equal([7, 8, 9, 10, 14, 15], Asked(batch, TokenMarks.Repeats));
        Assert.Equal([6, 7, 8, 9, 10, 11], Answered(batch, TokenMarks.First));
        Assert.Equal([13, 14, 15, 16], Answered(batch, TokenMarks.Second));
        Assert.Empty(Asked(batch, TokenMarks.Seam));
        Assert.Equal([0, 6, 6, 17, 17], batch.Marks.Totals);
    }

    [Fact]
    public void Of_AnyPair_WeighsTokensToMeans()
    {
        var pair = new TrainingPair { Tag = "t", Source = [10], Better = [20, 21], Worse = [30] };
        Batch batch = Batch.Of([pair], [false], Layout, 50, 50);
        Assert.Equal(1, batch.TokenWeights.Where(weight => weight > 0).Sum(), 1e-6);
        Assert.Equal(-1, batch.TokenWeights.Where(weight => weight < 0).Sum(), 1e-6);
        Assert.All(batch.TokenWeights[..4], weight => Assert.Equal(0, weight));
    }

    private static IEnumerable<int> Asked(Batch batch, int question) => Tokens(batch, question, batch.Marks.Asked);

    private static IEnumerable<int> Answered(Batch batch, int question) => Tokens(batch, question, batch.Marks.Answers);

    private static IEnumerable<int> Tokens(Batch batch, int question, float[] flags) =>
        Enumerable.Range(0, batch.Ids.Length).Where(token => flags[token * TokenMarks.Count + question] == 1);
}
