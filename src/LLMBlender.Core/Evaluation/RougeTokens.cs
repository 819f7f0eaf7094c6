using System.Text;

namespace LLMBlender.Core.Evaluation;

/// <summary>
/// Tokenization for ROUGE, as in the rouge_score package: lower-cased runs of the letters a to z and digits; tokens of more than three
/// characters are stemmed if requested.
/// </summary>
internal static class RougeTokens
{
    private const int ShortestStemmed = 4;

    /// <summary>Tokenizes a text.</summary>
    public static List<string> Of(string text, bool stem)
    {
        List<string> tokens = [];
        var token = new StringBuilder();
        foreach (char character in text.ToLowerInvariant().Append(' '))
        {
            if (char.IsAsciiLetterLower(character) || char.IsAsciiDigit(character))
            {
                token.Append(character);
            }
            else if (token.Length > 0)
            {
                var word = token.ToString();
                tokens.Add(stem && word.Length >= ShortestStemmed ? PorterStemmer.Stem(word) : word);
                token.Clear();
            }
        }

        return tokens;
    }
}
