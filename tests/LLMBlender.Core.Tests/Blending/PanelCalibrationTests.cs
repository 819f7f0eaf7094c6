using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;

namespace LLMBlender.Core.Tests.Blending;

public sealed class PanelCalibrationTests
{
    [Theory]
    [InlineData(0.05)]
    [InlineData(0.1)]
    [InlineData(0.2)]
    public void ThresholdFor_ManyCalibrations_ExceedsTheRiskInAtMostATenthOfThem(double risk)
    {
        // Choices of confidence c, uniform from 0 to 1, are right with probability c: of those from t on, the share (1 − t) / 2 is wrong.
        var random = new Random(11);
        var (exceeded, certified) = (0, 0);
        for (var run = 0; run < 200; run++)
        {
            if (Drawn(random, 5000).ThresholdFor(risk) is { } threshold)
            {
                certified++;
                exceeded += (1 - threshold) / 2 > risk ? 1 : 0;
            }
        }

        Assert.InRange(certified, 20, 200);
        Assert.InRange(exceeded, 0, 200 * PanelCalibration.Doubt);
    }

    [Fact]
    public void ThresholdFor_TooFewQuestions_IsNone() => Assert.Null(Drawn(new Random(1), 20).ThresholdFor(0.05));

    [Fact]
    public void Confidence_AfterAStage_IsOfItsCurve()
    {
        var calibration = Drawn(new Random(1), 20) with { Stages = [new StageCalibration(["a"], null, 0), new StageCalibration(["b"], 2, 0)] };

        Assert.Equal(0.5, calibration.Confidence(0, 1, null));
        Assert.Equal(0.8 * 0.8 / ((0.8 * 0.8) + (0.2 * 0.2)), calibration.Confidence(1, 2, 0.8)!.Value, 1e-12);
        Assert.Null(calibration.Confidence(1, 1, null));
        Assert.Null(calibration.Confidence(2, 3, 0.9));
    }

    [Fact]
    public void Confidence_OfAnotherRanker_IsNotKnown()
    {
        var rule = new AcceptanceRule(0.5, Drawn(new Random(1), 20));
        var ranking = new RankingResponse { Ranks = [1, 2], Scores = [1, 0], Comparisons = 2, Reused = 0, Ranker = "other", RankerInfo = new RankerInfo("other", "kind"), Confidence = 0.9 };

        Assert.Null(rule.Confidence(0, 2, ranking));
        Assert.Equal(0.9, rule.Confidence(0, 2, ranking with { RankerInfo = new RankerInfo("ranker", "kind") })!.Value, 1e-12);
        Assert.False(rule.Accepts(null));
    }

    private static PanelCalibration Drawn(Random random, int questions)
    {
        var (accepted, wrong) = (new int[PanelCalibration.Levels], new int[PanelCalibration.Levels]);
        for (var i = 0; i < questions; i++)
        {
            var confidence = random.NextDouble();
            var isWrong = random.NextDouble() > confidence;
            for (var level = 0; level <= (int)(confidence * PanelCalibration.Levels); level++)
            {
                accepted[level]++;
                wrong[level] += isWrong ? 1 : 0;
            }
        }

        return new PanelCalibration { Ranker = "ranker", Stages = [new StageCalibration(["a", "b"], 1, 0)], Accepted = accepted, Wrong = wrong };
    }
}
