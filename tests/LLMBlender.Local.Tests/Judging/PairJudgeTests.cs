using LLMBlender.Local.Judging;

namespace LLMBlender.Local.Tests.Judging;

public sealed class PairJudgeTests
{
    [Theory]
    [InlineData(2f, -1f, 1.5f)]
    [InlineData(1f, 1f, 0f)]
    [InlineData(2f, null, 2f)]
    [InlineData(null, 2f, -2f)]
    [InlineData(null, null, 0f)]
    public void Logit_Verdicts_AreHalfTheirDifferenceAndUnreadableOnesDontCount(float? there, float? back, float logit) =>
        Assert.Equal(logit, PairJudge.Logit(Verdict(there), Verdict(back)));

    private static JudgeVerdict? Verdict(float? logit) => logit is { } value ? new JudgeVerdict(value) : null;
}
