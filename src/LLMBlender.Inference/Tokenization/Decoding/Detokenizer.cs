using System.Text;

namespace LLMBlender.Inference.Tokenization.Decoding;

/// <summary>Joins token texts to a text, as Hugging Face's decoders do.</summary>
/// <param name="cleanUp">Whether to remove the spaces before punctuation.</param>
internal abstract class Detokenizer(bool cleanUp)
{
    private static readonly (string From, string To)[] Cleanings =
    [
        (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
        (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ];

    /// <param name="tokens">Token texts in order.</param>
    public string Join(IEnumerable<string> tokens)
    {
        StringBuilder text = Write(tokens);
        return cleanUp ? CleanUp(text) : text.ToString();
    }

    /// <summary>The text before clean-up.</summary>
    protected abstract StringBuilder Write(IEnumerable<string> tokens);

    private static string CleanUp(StringBuilder text)
    {
        foreach ((string from, string to) in Cleanings)
        {
            text.Replace(from, to);
        }

        return text.ToString();
    }
}
