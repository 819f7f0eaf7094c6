using LLMBlender.Evaluation.Staging;

namespace LLMBlender.Evaluation.Tests.Staging;

public sealed class StagedPanelTests
{
    private static readonly string[][] Stages = [["a", "b"], ["c"], ["d"]];

    [Theory]
    [InlineData(0, 0.5)]
    [InlineData(1.01, 1)]
    public void Measure_Threshold_AsksTheStagesBelowIt(double threshold, double calls)
    {
        var panel = new StagedPanel(Stages, 1, 0);

        var point = panel.Measure(Drawn(100), threshold, null);

        Assert.Equal((calls, threshold <= 0 ? 1 : 0), (point.Calls, point.Coverage));
        Assert.Equal(calls, panel.Measure(Drawn(100), threshold, null, static _ => 3).Price);
    }

    [Fact]
    public void Measure_ConfidenceThatTells_KeepsTheQualityWithFewerCallsThanChance()
    {
        var panel = new StagedPanel(Stages, 1, 0);
        var sets = Drawn(4000);
        var full = panel.Measure(sets, double.PositiveInfinity, null);
        var first = panel.Measure(sets, 0, null);
        var staged = panel.Measure(sets, 0.8, null);

        // Asking everybody for a share of the questions that is chosen at random gives a mixture of the two.
        var share = (staged.Calls - first.Calls) / (full.Calls - first.Calls);
        var mixture = first.Score + (share * (full.Score - first.Score));
        Assert.InRange(share, 0.1, 0.9);
        Assert.True(staged.Score > mixture + 0.02, $"{staged.Score} is not above {mixture}");
    }

    [Theory]
    [InlineData(0.05)]
    [InlineData(0.1)]
    [InlineData(0.2)]
    public void Calibrate_SetsOfTheSameKind_KeepsTheRiskAndIsCalibrated(double risk)
    {
        // The ranker's temperature is wrong by a factor of 2, which the calibration corrects.
        var panel = new StagedPanel(Stages, 2, 0);
        var calibration = panel.Calibrate(Drawn(8000, 1), "r");
        var held = Drawn(8000, 2);

        var threshold = Assert.NotNull(calibration.ThresholdFor(risk));
        var point = panel.Measure(held, threshold, calibration);

        Assert.InRange(point.Risk, 0, risk + 0.01);
        Assert.InRange(point.Coverage, 0.02, 1);
        Assert.InRange(panel.Reliability(held, calibration).ExpectedCalibrationError, 0, 0.03);
        Assert.True(panel.Reliability(held, null).ExpectedCalibrationError > panel.Reliability(held, calibration).ExpectedCalibrationError);
    }

    [Fact]
    public void Calibrate_FirstStageOfOne_HasItsShareOfRightChoices()
    {
        var sets = Drawn(2000);
        var calibration = new StagedPanel([["a"], ["b", "c", "d"]], 1, 0).Calibrate(sets, "r");

        Assert.Null(calibration.Stages[0].Slope);
        var right = sets.Where((_, i) => i % 2 == 0).Average(static set => set.IsRight(0, 0) ? 1.0 : 0);
        Assert.Equal(right, calibration.Confidence(0, 1, null)!.Value, 0.01);
    }

    [Fact]
    public void Calibrate_OneSet_Throws() => Assert.Throws<ArgumentException>(() => new StagedPanel(Stages, 1, 0).Calibrate(Drawn(1), "r"));

    // Qualities are normal; the judge's score is the quality, and the ranker's logit a difference of qualities with noise.
    private static List<JudgedSet> Drawn(int count, int seed = 3)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var scores = Enumerable.Range(0, 4).Select(_ => 2 * Normal(random)).ToArray();
            var seen = Array.ConvertAll(scores, score => score + (0.7 * Normal(random)));
            var logits = new float[4, 4];
            for (var i = 0; i < 4; i++)
            {
                for (var j = 0; j < 4; j++)
                {
                    logits[i, j] = (float)(seen[i] - seen[j]);
                }
            }

            return new JudgedSet(["a", "b", "c", "d"], scores, logits);
        })];
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
