using LLMBlender.Training.Teaching;

namespace LLMBlender.Training.Tests.Teaching;

public sealed class AnswerFeaturesTests
{
    private static readonly string[] Texts = ["a", "Human", ":", "?", ".", "cat", "dog", "sorry", "I", "7"];
    private static readonly AnswerFeatures Features = new(new PieceTable(Texts, [[0, 5], [0, 6], [0, 4]]), humanId: 1, colonId: 2);

    [Fact]
    public void LastTurn_OfADialogue_FollowsItsLastHuman()
    {
        Assert.Equal([6, 3], Features.LastTurn([1, 2, 5, 3, 1, 2, 6, 3]).ToArray());
        Assert.Equal([5, 3], Features.LastTurn([5, 3]).ToArray());
    }

    [Fact]
    public void Of_AnAnswerThatSharesTheSourcesRareWords_ScoresItsOverlapHigher()
    {
        double[] fitting = Features.Of([5, 3], [5, 4]);
        double[] other = Features.Of([5, 3], [6, 4]);
        Assert.Equal(AnswerFeatures.Count, fitting.Length);
        Assert.Equal(fitting[0], other[0]);
        Assert.All(new[] { 3, 4, 5, 6 }, i => Assert.True(fitting[i] > other[i], $"feature {i}: {fitting[i]} and {other[i]}"));
    }

    [Fact]
    public void Of_Nothing_SaysSoAndIsFinite()
    {
        double[] nothing = Features.Of([5], []);
        Assert.All(nothing, value => Assert.True(double.IsFinite(value)));
        Assert.Equal(1, nothing[16]);
        Assert.Equal(0, Features.Of([5], [7])[16]);
    }

    [Fact]
    public void Of_ARefusal_ShowsRegretAndWhoSpeaks()
    {
        double[] refusal = Features.Of([5], [8, 7, 4]);
        Assert.Equal((1, 1, 1), (refusal[14], refusal[15], refusal[11]));
    }
}
