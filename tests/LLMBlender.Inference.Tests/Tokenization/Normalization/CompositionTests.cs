using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Normalization;

namespace LLMBlender.Inference.Tests.Tokenization.Normalization;

public sealed class CompositionTests
{
    // Expected values: unicodedata.normalize("NFC", …) of Python.
    [Theory]
    [InlineData("", "")]
    [InlineData("plain ÀÉ ČŽ", "plain ÀÉ ČŽ")]
    [InlineData("漢字 кириллица", "漢字 кириллица")]
    [InlineData("cafe\u0301", "caf\u00E9")]
    [InlineData("\u0301e", "\u0301e")]
    [InlineData("a\u0328\u0301", "\u0105\u0301")]
    [InlineData("a\u0301\u0328", "\u0105\u0301")]
    [InlineData("a\u0300\u0301\u0302", "\u00E0\u0301\u0302")]
    [InlineData("s\u0323\u0307", "\u1E69")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("\u0915\u093C", "\u0915\u093C")]
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323")]
    [InlineData("\u03B1\u0313\u0301\u0345", "\u1F84")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    [InlineData("\uAC00\u11A8", "\uAC01")]
    [InlineData("\uAC01\u11A8", "\uAC01\u11A8")]
    [InlineData("\u1100\u1161\u1161", "\uAC00\u1161")]
    [InlineData("\u0B47\u0300\u0B3E", "\u0B47\u0300\u0B3E")]
    [InlineData("\u0B47\u0B3E", "\u0B4B")]
    [InlineData("\U0001D157\U0001D165", "\U0001D157\U0001D165")]
    public void Write_Text_IsNormalFormC(string text, string expected) => Assert.Equal(expected, Compose(text));

    [Fact]
    public void Write_EveryDecomposition_IsWhatItsCharacterIs() => Assert.All(Decomposition.Characters, character =>
    {
        var rune = new Rune(character);
        var parts = string.Concat(Decomposition.Of(rune).Select(part => part.ToString()));
        var composed = Compose(rune.ToString());
        Assert.Equal(composed, Compose(parts));
        Assert.Equal(composed, Compose(composed));
    });

    [Fact]
    public void Write_LongRunOfMarks_IsOrderedStably()
    {
        var marks = Enumerable.Range(0, 5000).Select(i => i % 2 == 0 ? '\u0307' : '\u0323').ToArray();

        Assert.Equal("\u1E05" + new string('\u0323', 2499) + new string('\u0307', 2500), Compose("b" + new string(marks)));
    }

    private static string Compose(string text)
    {
        var target = new ByteBuffer();
        Composition.Write(Encoding.UTF8.GetBytes(text), target);
        return Encoding.UTF8.GetString(target.Span);
    }
}
