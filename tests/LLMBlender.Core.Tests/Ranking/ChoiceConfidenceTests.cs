using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class ChoiceConfidenceTests
{
    private static readonly float[] Qualities = [0.5f, 2, -1, 1.25f];

    [Fact]
    public void Of_TwoCandidates_IsTheProbabilityOfThePair()
    {
        var (engine, ranking) = Rank("max-logits", 2);

        Assert.Equal(1 / (1 + Math.Exp(-1.5 / 0.7)), ChoiceConfidence.Of(engine, ranking, 0.7)!.Value, 1e-9);
    }

    [Theory]
    [InlineData("max-logits")]
    [InlineData("max-wins")]
    [InlineData("adaptive")]
    [InlineData("bubble-sort")]
    public void Of_DifferencesOfQualities_IsTheirSoftmaxUnderAnyAggregation(string aggregation)
    {
        var (engine, ranking) = Rank(aggregation, 4);
        var expected = Math.Exp(2 / 0.7) / Qualities.Sum(static quality => Math.Exp(quality / 0.7));

        // Bubble sort does not compare every pair: the others are estimated.
        Assert.Equal(expected, ChoiceConfidence.Of(engine, ranking, 0.7)!.Value, aggregation == "bubble-sort" ? 0.1 : 1e-6);
    }

    [Fact]
    public void Of_AgainstAReference_IsTheSoftmaxOfTheCandidates()
    {
        var engine = AgainstReference.Other(3);
        Answer(engine);

        var expected = Math.Exp(2) / (Math.Exp(0.5) + Math.Exp(2) + Math.Exp(-1));
        Assert.Equal(expected, ChoiceConfidence.Of(engine, engine.Rank(), 1)!.Value, 1e-6);
    }

    [Fact]
    public void Of_EqualCandidates_IsOneInN() => Assert.Equal(0.25, ChoiceConfidence.Of([1, 1, 1, 1], 2, 0.3), 1e-12);

    [Fact]
    public void Of_ASingleCandidate_IsNull()
    {
        var (engine, ranking) = Rank("max-logits", 1);

        Assert.Null(ChoiceConfidence.Of(engine, ranking, 1));
    }

    [Fact]
    public void Of_VeryDifferentCandidates_IsFinite() => Assert.Equal(1, ChoiceConfidence.Of([1e6, -1e6], 0, 1e-3));

    private static (RankingEngine Engine, CandidateRanking Ranking) Rank(string aggregation, int candidates)
    {
        var engine = RankingEngines.Create(aggregation, candidates);
        Answer(engine);
        return (engine, engine.Rank());
    }

    // The left side has an advantage of 0.3, which both orders cancel.
    private static void Answer(RankingEngine engine)
    {
        while (!engine.IsSettled)
        {
            foreach (var pair in engine.NextPairs().ToArray())
            {
                engine.Record(pair, Qualities[pair.First] - Qualities[pair.Second] + 0.3f);
            }
        }
    }
}
