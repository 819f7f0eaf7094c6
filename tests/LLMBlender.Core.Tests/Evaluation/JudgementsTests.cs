using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class JudgementsTests
{
    // By hand: 0 beats 1 and 2, 1 and 2 tie, 3 loses to all but ties with 0. Wins less losses: 2, 0, 0, −2.
    private static readonly Judgement[] Four =
    [
        new(0, 1, PairVerdict.FirstBetter),
        new(2, 0, PairVerdict.SecondBetter),
        new(1, 2, PairVerdict.SameBad),
        new(0, 3, PairVerdict.SameGood),
        new(1, 3, PairVerdict.FirstBetter),
        new(3, 2, PairVerdict.SecondBetter),
    ];

    [Fact]
    public void Ranks_OfWinsAndLosses_CountTiesForNobody()
    {
        var judgements = new Judgements(4, Four);

        Assert.Equal([2.0, 0, 0, -2], judgements.Scores());
        Assert.Equal([1, 2, 2, 4], judgements.Ranks());
        Assert.True(judgements.IsComplete);
        Assert.False(new Judgements(4, Four[1..]).IsComplete);
    }

    [Theory]
    [InlineData(0, 1, true, true)]
    [InlineData(1, 0, false, false)]
    [InlineData(0, 2, true, true)]
    [InlineData(3, 0, true, true)]
    [InlineData(1, 2, true, false)]
    [InlineData(2, 2, true, true)]
    public void WinsOrTies_GoesByTheVerdictOnTheTwo(int candidate, int against, bool expected, bool strict)
    {
        var judgements = new Judgements(4, Four);

        Assert.Equal(expected, judgements.WinsOrTies(candidate, against));
        Assert.Equal(strict, judgements.WinsOrTies(candidate, against, isStrict: true));
    }

    [Fact]
    public void WinsOrTies_WithoutAVerdict_IsUnknown() => Assert.Null(new Judgements(2, []).WinsOrTies(0, 1));

    [Theory]
    [InlineData(0, 4)]
    [InlineData(-1, 0)]
    [InlineData(1, 1)]
    public void Judgement_OfWhatIsNotThere_IsRefused(int first, int second) =>
        Assert.Throws<ArgumentException>(() => new Judgements(4, [new(first, second, PairVerdict.SameGood)]));
}
