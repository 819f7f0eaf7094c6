using System.Text.Json;
using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class StemmedRougeTests
{
    // By the rouge_score package's formulas over NLTK 3.8's stemmer.
    [Theory]
    [InlineData("rouge1")]
    [InlineData("rouge2")]
    [InlineData("rougeL")]
    [InlineData("rougeLsum")]
    public void Score_OfRecordedTexts_IsRougeScores(string name)
    {
        using var cases = JsonDocument.Parse(typeof(StemmedRougeTests).Assembly.GetManifestResourceStream("rouge-stemmed.json")!);
        IQualityMetric[] metrics = [TextMetrics.Rouge1, TextMetrics.Rouge2, TextMetrics.RougeL, TextMetrics.RougeLSum];
        var metric = metrics.Single(metric => metric.Name == name);

        Assert.All(cases.RootElement.EnumerateArray(), one => Assert.Equal(
            one.GetProperty(name).GetDouble(),
            metric.Score("", one.GetProperty("reference").GetString()!, [one.GetProperty("text").GetString()!])[0],
            12));
    }

    // The example of Lin (2004), section 3.2: w1 w2 w3 w4 w5 against w1 w2 w6 w7 w8 and w1 w3 w8 w9 w5 has four of five words; ten were said.
    [Fact]
    public void LSum_OfLinsExample_TakesTheUnion() =>
        Assert.Equal(2 * 4 / 15.0, RougeLSum.Score("w1 w2 w6 w7 w8\nw1 w3 w8 w9 w5", "w1 w2 w3 w4 w5", stem: false), 12);

    // Both lines of the reference find the only a.
    [Fact]
    public void LSum_TokenSaidOnce_CountsOnce() => Assert.Equal(2 * 1 / 3.0, RougeLSum.Score("a", "a\na", stem: false), 12);

    [Fact]
    public void L_WordsOfOneStem_AreOneWord() =>
        Assert.Equal((1, 0.5), (RougeL.Score("it plays", "it played", stem: true), RougeL.Score("it plays", "it played", stem: false)));
}
