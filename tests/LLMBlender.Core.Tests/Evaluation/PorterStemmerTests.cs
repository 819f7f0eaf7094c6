using LLMBlender.Core.Evaluation;

namespace LLMBlender.Core.Tests.Evaluation;

public sealed class PorterStemmerTests
{
    // Of NLTK 3.8's PorterStemmer: some of every ending that a rule knows, its irregular words, and others.
    [Fact]
    public void Stem_OfManyWords_IsNltks()
    {
        using var file = new StreamReader(typeof(PorterStemmerTests).Assembly.GetManifestResourceStream("stems.txt")!);
        var rows = file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')).ToArray();

        var stems = rows.Select(row => $"{row[0]} {PorterStemmer.Stem(row[0])}");

        Assert.Equal(1106, rows.Length);
        Assert.Equal(rows.Select(row => $"{row[0]} {row[1]}"), stems);
    }

    // The paper's own examples, of each step the first that NLTK leaves as they are.
    [Theory]
    [InlineData("caresses", "caress")]
    [InlineData("ponies", "poni")]
    [InlineData("plastered", "plaster")]
    [InlineData("hopping", "hop")]
    [InlineData("falling", "fall")]
    [InlineData("filing", "file")]
    [InlineData("happy", "happi")]
    [InlineData("relational", "relat")]
    [InlineData("triplicate", "triplic")]
    [InlineData("adjustment", "adjust")]
    [InlineData("controlling", "control")]
    public void Stem_OfPortersExamples_IsHis(string word, string stem) => Assert.Equal(stem, PorterStemmer.Stem(word));
}
