using System.Globalization;
using System.Text;
using CsCheck;
using LLMBlender.Inference.Tokenization.Files;

namespace LLMBlender.Inference.Tests.Tokenization.Files;

public sealed class JsonScoreTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("-0.0", 0)]
    [InlineData("-12.5", -12.5)]
    [InlineData("-1.25e1", -12.5)]
    [InlineData("125E-1", 12.5)]
    [InlineData("1e308", 1e308)]
    [InlineData("-1e400", double.NegativeInfinity)]
    [InlineData("1e99999999999", double.PositiveInfinity)]
    [InlineData("1e-400", 0)]
    [InlineData("12345678901234567890123", 12345678901234567890123d)]
    [InlineData("0.00000000000000000001", 1e-20)]
    public void Parse_Number_IsItsValue(string text, double expected) => Assert.Equal(expected, Parse(text));

    // 72197980880737305 is beyond 2^53: it is rounded once before it is divided and once after.
    [Fact]
    public void Parse_SeventeenDigits_RoundsTwice()
    {
        Assert.Equal(-7.219798088073731, Parse("-7.2197980880737305"));
        Assert.NotEqual(-7.219798088073731, -7.2197980880737305);
    }

    [Fact]
    public void Parse_AnyDouble_IsWithinTwoPlaces() => Gen.Double[-1e6, 1e6].Sample(value =>
    {
        double parsed = Parse(value.ToString("R", CultureInfo.InvariantCulture));
        return Math.Abs(BitConverter.DoubleToInt64Bits(parsed) - BitConverter.DoubleToInt64Bits(value)) <= 2;
    });

    private static double Parse(string text) => JsonScore.Parse(Encoding.ASCII.GetBytes(text));
}
