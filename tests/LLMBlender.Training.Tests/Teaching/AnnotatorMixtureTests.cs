using LLMBlender.Training.Teaching;

namespace LLMBlender.Training.Tests.Teaching;

public sealed class CrowdGateTests
{
    private static readonly PieceTable Pieces = new(
        [.. Enumerable.Range(0, 20).Select(i => $"piece{i}")], [.. Enumerable.Range(0, 20).Select(i => new[] { i })]);

    [Fact]
    public void Shares_OfSourcesItLearned_NameTheirCrowd()
    {
        AnnotatorMixture gate = Fitted();
        Assert.True(gate.Shares([1, 2], [8], [9])[0] > 0.8);
        Assert.True(gate.Shares([5, 6], [8], [9])[1] > 0.8);
    }

    [Fact]
    public void Shares_AnswersTheOtherWayRound_AreTheSame()
    {
        double[] shares = Fitted().Shares([1, 6], [8, 8, 10], [9]);
        Assert.Equal(1, shares.Sum(), 1e-12);
        double[] swapped = Fitted().Shares([1, 6], [9], [8, 8, 10]);
        Assert.Equal(shares[0], swapped[0], 1e-12);
    }

    private static AnnotatorMixture Fitted() => AnnotatorMixture.Fit(
        Pieces, [.. Enumerable.Range(0, 100).Select(i => i % 2 == 0 ? (new[] { 1, 2 }, new[] { 8 }, new[] { 9 }, 0) : ([5, 6], [8], [9], 1))], 2, seed: 3);
}
