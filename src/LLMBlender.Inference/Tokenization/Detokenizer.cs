using System.Text;

namespace LLMBlender.Inference.Tokenization;

/// <summary>Joins token texts to a text, as Hugging Face's decoders do.</summary>
/// <param name="mark">What Metaspace writes for a space; null joins the tokens with spaces instead.</param>
/// <param name="dropFirst">Whether marks in the first token are dropped rather than turned into spaces.</param>
/// <param name="cleanUp">Whether the spaces before punctuation are taken out again.</param>
internal sealed class Detokenizer(string? mark, bool dropFirst, bool cleanUp)
{
    private static readonly (string From, string To)[] Cleanings =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <param name="tokens">Token texts in order.</param>
    public string Join(IEnumerable<string> tokens)
    {
        var text = new StringBuilder();
        bool first = true;
        foreach (string token in tokens)
        {
            if (mark is null)
            {
                text.Append(first ? "" : " ").Append(token);
            }
            else
            {
                text.Append(token.Replace(mark, first && dropFirst ? "" : " ", StringComparison.Ordinal));
            }

            first = false;
        }

        return cleanUp ? CleanUp(text) : text.ToString();
    }

    private static string CleanUp(StringBuilder text)
    {
        foreach ((string from, string to) in Cleanings)
        {
            text.Replace(from, to);
        }

        return text.ToString();
    }
}
