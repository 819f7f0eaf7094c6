using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Gateway.Verifying;

namespace LLMBlender.Gateway.Tests.Verifying;

public sealed class VerificationTests
{
    private static readonly RankerInfo Calibrated = new("r", RankerInfo.PairRanker) { Temperature = 1 };

    [Fact]
    public void Among_ConfidenceAtTheThreshold_ApprovesTheBestAndRejectsWhatIsSurelyWorse()
    {
        var result = Verify(Ranking([1, 3, 2], 0.9, [0, 4, 1, -4, 0, -3, -1, 3, 0]), count: 3);

        Assert.Equal((AnswerVerdict.Approve, 0, 0.9, false), (result.Verdict, result.Choice, result.Threshold, result.Calibrated));
        Assert.Equal([AnswerVerdict.Approve, AnswerVerdict.Reject, AnswerVerdict.Abstain], result.Candidates.Select(static candidate => candidate.Verdict));
        Assert.Equal(1 / (1 + Math.Exp(4)), result.Candidates[1].Probability!.Value, 9);
        Assert.Equal(1 / (1 + Math.Exp(-1)), result.Candidates[0].Probability!.Value, 9);
    }

    [Fact]
    public void Among_BestTwoAlike_IsATie()
    {
        var result = Verify(Ranking([1, 2, 3], 0.5, [0, 0.1f, 5, -0.1f, 0, 5, -5, -5, 0]), count: 3);
        var apart = Verify(Ranking([1, 2, 3], 0.5, [0, 0.1f, 1, -0.1f, 0, 5, -1, -5, 0]), count: 3);

        Assert.Equal((AnswerVerdict.Tie, 0), (result.Verdict, result.Choice));
        Assert.Equal((AnswerVerdict.Abstain, (int?)null), (apart.Verdict, apart.Choice));
    }

    [Fact]
    public void Among_RankerWithoutCalibration_Abstains()
    {
        var ranking = Ranking([1, 2], null, [0, 4, -4, 0]) with { RankerInfo = Calibrated with { Temperature = null } };

        var result = Verify(ranking, count: 2);

        Assert.Equal((AnswerVerdict.Abstain, (double?)null), (result.Verdict, result.Confidence));
        Assert.Contains("no calibration", result.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(4, AnswerVerdict.Approve, AnswerVerdict.Approve)]
    [InlineData(0, AnswerVerdict.Abstain, AnswerVerdict.Abstain)]
    [InlineData(-4, AnswerVerdict.Reject, AnswerVerdict.Reject)]
    public void Against_Reference_JudgesASingleAnswer(float logit, AnswerVerdict expected, AnswerVerdict own)
    {
        var result = Verify(Ranking([1], null, [0, logit, -logit, 0]), count: 1, reference: "good enough");

        Assert.Equal((expected, own), (result.Verdict, result.Candidates[0].Verdict));
        Assert.Equal(1 / (1 + Math.Exp(-logit)), result.Confidence!.Value, 9);
    }

    [Fact]
    public void Among_PanelsCalibration_IsOfItsOwnAnswersAlone()
    {
        var rule = new PanelRule { Threshold = 0.8, Ranker = "r", Stages = [new PanelRuleStage(["a"], null, 2), new PanelRuleStage(["b"], 1, 1)] };
        var ranking = Ranking([1, 2], 0.6, [0, 1, -1, 0]);

        var both = Verify(ranking, count: 2, rule);
        var other = Verify(ranking, count: 2, rule, names: ["a", "c"]);
        var first = Verify(Ranking([1], null, [0]), count: 1, rule);

        // σ(logit(0.6) + 1) and σ(2).
        Assert.Equal((AnswerVerdict.Approve, true, 0.8), (both.Verdict, both.Calibrated, both.Threshold));
        Assert.Equal(0.803, both.Confidence!.Value, 3);
        Assert.Equal((AnswerVerdict.Abstain, false, (double?)null), (other.Verdict, other.Calibrated, other.Confidence));
        Assert.Contains("calibration is of answers of a, b by the ranker r", other.Reason, StringComparison.Ordinal);
        Assert.Equal((AnswerVerdict.Approve, true), (first.Verdict, first.Calibrated));
        Assert.Equal(0.881, first.Confidence!.Value, 3);
    }

    [Fact]
    public void Among_RiskThatNoConfidenceKeeps_Abstains()
    {
        var result = Verify(Ranking([1, 2], 0.99, [0, 5, -5, 0]), count: 2, new PanelRule { Threshold = double.PositiveInfinity });

        Assert.Equal((AnswerVerdict.Abstain, (double?)null), (result.Verdict, result.Threshold));
        Assert.Equal("no confidence is known to keep the panel's risk", result.Reason);
    }

    private static VerifyResult Verify(RankingResponse ranking, int count, PanelRule? rule = null, string? reference = null, string[]? names = null) => new Verification(
        new VerifyRecord
        {
            Instruction = "Which?",
            Candidates = [.. Enumerable.Range(0, count).Select(i => new CandidateRecord { Model = (names ?? ["a", "b", "c"])[i], Text = $"{i}" })],
            Reference = reference,
        },
        ranking,
        rule).ToResult();

    private static RankingResponse Ranking(int[] ranks, double? confidence, float[] matrix) => new()
    {
        Ranks = ranks,
        Scores = Array.ConvertAll(ranks, static rank => (double)-rank),
        Comparisons = matrix.Length,
        Reused = 0,
        Matrix = matrix,
        Ranker = "r",
        RankerInfo = Calibrated,
        Confidence = confidence,
    };
}
