using System.Text;

namespace LLMBlender.Core.Evaluation;

/// <summary>Texts as ROUGE counts them, after the rouge_score package without stemming: lower-cased runs of the letters a to z and digits.</summary>
internal static class RougeTokens
{
    /// <summary>A text's tokens.</summary>
    public static List<string> Of(string text)
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
                tokens.Add(token.ToString());
                token.Clear();
            }
        }

        return tokens;
    }
}
