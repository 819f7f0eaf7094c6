using CsCheck;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Core.Tests.Ranking;

public sealed class ConsensusTests
{
    private static readonly string[] Words = ["a", "b", "c", "D", "ä", "国", "42", "-", ""];

    // Few words, so that texts share pairs of them.
    private static readonly Gen<string> Text = Gen.Int[0, 8].Array[0, 12].Select(static words => string.Join(' ', words.Select(static word => Words[word])));

    [Fact]
    public void Of_ThreeTexts_IsTheMeanShareOfTheOthersPairs()
    {
        // ^the the-cat cat-sat sat$, ^the the-cat cat$, ^dogs dogs$
        var agreements = Consensus.Of(["The cat sat.", "the CAT", "Dogs!"]);

        Assert.Equal([2 / 3.0 / 2, 2 / 4.0 / 2, 0], agreements, Near);
    }

    [Theory]
    [InlineData("Paris.", "It is paris", 0.25)]
    [InlineData("Paris.", "“PARIS”", 1)]
    [InlineData("一二三", "一二", 2 / 3.0)]
    [InlineData("한국", "한국어", 0.5)]
    [InlineData("one two", "two one", 0)]
    [InlineData("", "two one", 0)]
    [InlineData("...", "...", 0)]
    public void Of_TwoTexts_IsTheShareOfTheSecondInTheFirst(string first, string second, double share) =>
        Assert.Equal(share, Consensus.Of([first, second])[0], Near);

    [Fact]
    public void Of_RepeatedText_GainsNothing()
    {
        string[] others = ["one two three", "zero one two three"];

        // Only the pair across the seam is added, which no other has.
        Assert.Equal(Consensus.Of(["one two three", .. others])[0], Consensus.Of(["one two three one two three one two three", .. others])[0], Near);
    }

    [Fact]
    public void Of_AnyTexts_IsTheDefinitionAndFollowsTheirOrder() => Text.Array[1, 6].Sample(texts =>
    {
        var agreements = Consensus.Of(texts);

        Assert.All(agreements, static agreement => Assert.InRange(agreement, 0, 1));
        Assert.Equal(Array.ConvertAll(texts, text => Defined(text, texts)), agreements, Near);
        Assert.Equal(Enumerable.Reverse(agreements), Consensus.Of([.. Enumerable.Reverse(texts)]), Near);
    });

    [Fact]
    public void Advantage_OfAPair_IsThatOfTheOtherOrderNegated()
    {
        double[] agreements = [0.25, 0.75, 0];

        Assert.Equal(-4f, Consensus.Advantage(agreements, new(0, 1), 8));
        Assert.Equal(4f, Consensus.Advantage(agreements, new(1, 0), 8));
    }

    private static bool Near(double a, double b) => Math.Abs(a - b) < 1e-12;

    // By comparing each text with each.
    private static double Defined(string text, string[] texts)
    {
        var own = Pairs(text);
        return texts.Length < 2 || own.Count == 0
            ? 0
            : (texts.Select(Pairs).Sum(other => other.Count == 0 ? 0 : (double)other.Intersect(own).Count() / other.Count) - 1) / (texts.Length - 1);
    }

    private static HashSet<(string, string)> Pairs(string text)
    {
        var words = text.ToLowerInvariant().Split(' ', '-').Where(static word => word.Length > 0).ToArray();
        return words.Length == 0 ? [] : [.. words.Prepend("^").Zip(words.Append("$"))];
    }
}
