using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class BleuTests
{
    // A published value of sacreBLEU on this pair, to the last printed digit; chrF's is published beside it.
    [Fact]
    public void Score_OfAPublishedExample_IsThePublishedNumber()
    {
        const string Hypothesis = "Producția de zahăr primă va fi exprimată în ceea ce privește zahărul alb;";
        const string Reference = "producţia de zahăr brut se exprimă în zahăr alb;";

        Assert.Equal(8.49310, Bleu.Score(Hypothesis, Reference), 5);
        Assert.Equal(46.16121, ChrF.Score(Hypothesis, Reference), 5);
    }

    // By hand: precisions 5/6, 3/5, 1/4 and, smoothed, 1/2 of 3; no brevity penalty.
    [Fact]
    public void Score_WithAnOrderUnmatched_CountsHalfAMatch() =>
        Assert.Equal(100 * Math.Pow(5 / 6.0 * 3 / 5 * 1 / 4 * 1 / 6, 0.25), Bleu.Score("the cat sat on a mat", "the cat sat in a mat"), 10);

    // By hand: two orders unmatched count 1/2 and 1/4.
    [Fact]
    public void Score_WithTwoOrdersUnmatched_HalvesTwice() =>
        Assert.Equal(100 * Math.Pow(3 / 4.0 * 1 / 3 * (1 / 2.0) / 2 * (1 / 4.0) / 1, 0.25), Bleu.Score("a b x d", "a b c d"), 10);

    // By hand: all of three tokens match, only three orders exist, and brevity is e^(1 − 6/3).
    [Fact]
    public void Score_OfAShortText_PaysForBrevityOverTheOrdersThereAre() =>
        Assert.Equal(100 * Math.Exp(-1), Bleu.Score("a b c", "a b c d e f"), 10);

    [Theory]
    [InlineData("", "a")]
    [InlineData("a", "")]
    [InlineData("a b", "c d")]
    [InlineData("A", "a")]
    public void Score_WithoutACommonToken_IsZero(string hypothesis, string reference) => Assert.Equal(0, Bleu.Score(hypothesis, reference));

    // Of mteval-v13a's rules.
    [Theory]
    [InlineData("Hello, world!", "Hello , world !")]
    [InlineData("It costs $3.50 (1-2).", "It costs $ 3.50 ( 1 - 2 ) .")]
    [InlineData("1,000 well-known", "1,000 well-known")]
    [InlineData("&quot;a&quot; &amp; &lt;b&gt;", "\" a \" & < b >")]
    [InlineData("it's a\nline", "it's a line")]
    public void Tokens_AreThoseOfThirteenA(string text, string expected) => Assert.Equal(expected.Split(' '), BleuTokens.Of(text));
}
