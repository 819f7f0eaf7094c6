using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class BertScoreTests
{
    // Cosines by hand: (3,4)·(1,0) = 0.6, (3,4)·(0,1) = 0.8; lengths don't matter.
    [Fact]
    public void Of_ByHand_MatchesEachTokenWithItsNearest()
    {
        var candidate = new TokenVectors([3, 4, 2, 0], [1, 1]);
        var reference = new TokenVectors([0, 7], [1]);

        var score = BertScore.Of(candidate, reference);

        Assert.Equal((0.8 + 0) / 2, score.Precision, 6);
        Assert.Equal(0.8, score.Recall, 6);
        Assert.Equal(2 * 0.4 * 0.8 / 1.2, score.F1, 6);
    }

    [Fact]
    public void Of_SpecialTokens_AreMatchedWithButDontCount()
    {
        var candidate = new TokenVectors([0, 1, 1, 0], [0, 1]);
        var reference = new TokenVectors([1, 0, 0, 1], [0, 1]);

        var score = BertScore.Of(candidate, reference);

        // The candidate's only word is nearest to the reference's special token, and the other way round.
        Assert.Equal(new BertScore(1, 1, 1), score);
    }

    [Fact]
    public void Of_Weights_WeighTokens()
    {
        var candidate = new TokenVectors([1, 0, 0, 1], [3, 1]);
        var reference = new TokenVectors([1, 0], [2]);

        Assert.Equal(0.75, BertScore.Of(candidate, reference).Precision, 6);
    }

    [Fact]
    public void Of_EmptyText_IsZero()
    {
        var empty = new TokenVectors([1, 0, 1, 0], [0, 0]);
        var full = new TokenVectors([1, 0], [1]);

        Assert.Equal(default, BertScore.Of(empty, full));
        Assert.Equal(default, BertScore.Of(full, empty));
    }

    [Fact]
    public void Of_DifferentWidths_AreRefused() =>
        Assert.Throws<ArgumentException>(() => BertScore.Of(new TokenVectors([1, 0], [1]), new TokenVectors([1, 0, 0], [1])));

    [Fact]
    public void New_VectorsThatDontFitTheWeights_AreRefused() =>
        Assert.Throws<ArgumentException>(() => new TokenVectors([1, 0, 1], [1, 1]));

    // bert_score's definition: (x − b) / (1 − b) for each of the three.
    [Fact]
    public void Rescaled_Baseline_BecomesZeroAndOneStays()
    {
        var score = new BertScore(0.9, 1, 0.8).Rescaled(new BertScore(0.8, 0.5, 0.8));

        Assert.Equal(0.5, score.Precision, 9);
        Assert.Equal(1, score.Recall, 9);
        Assert.Equal(0, score.F1, 9);
    }

    [Fact]
    public void Rarity_CountsTextsNotTokens()
    {
        var rarity = new TokenRarity([[1, 2, 2], [1, 3]]);

        Assert.Equal(0, rarity[1]);
        Assert.Equal(Math.Log(3.0 / 2), rarity[2], 12);
        Assert.Equal(Math.Log(3), rarity[99], 12);
    }
}
