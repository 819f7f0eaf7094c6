using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.Decoding;

/// <summary>Spaces between tokens.</summary>
internal sealed class SpacedDetokenizer(bool cleanUp) : Detokenizer(cleanUp)
{
    protected override StringBuilder Write(IEnumerable<string> tokens) => new StringBuilder().AppendJoin(' ', tokens);
}

/// <summary>Spaces where Metaspace's mark is.</summary>
/// <param name="mark">What Metaspace writes for a space.</param>
/// <param name="dropFirst">Whether marks in the first token are dropped rather than turned into spaces.</param>
/// <param name="cleanUp">Whether the spaces before punctuation are taken out again.</param>
internal sealed class MetaspaceDetokenizer(string mark, bool dropFirst, bool cleanUp) : Detokenizer(cleanUp)
{
    protected override StringBuilder Write(IEnumerable<string> tokens)
    {
        var text = new StringBuilder();
        bool first = true;
        foreach (string token in tokens)
        {
            text.Append(token.Replace(mark, first && dropFirst ? "" : " ", StringComparison.Ordinal));
            first = false;
        }

        return text;
    }
}

/// <summary>Spaces between words; a token with the prefix goes on with its word.</summary>
internal sealed class WordPieceDetokenizer(string prefix, bool cleanUp) : Detokenizer(cleanUp)
{
    protected override StringBuilder Write(IEnumerable<string> tokens)
    {
        var text = new StringBuilder();
        foreach (string token in tokens)
        {
            bool isContinued = text.Length > 0 && token.StartsWith(prefix, StringComparison.Ordinal);
            text.Append(text.Length == 0 || isContinued ? "" : " ").Append(isContinued ? token[prefix.Length..] : token);
        }

        return text;
    }
}

/// <summary>The bytes that letters stand for (<see cref="ByteLetters"/>); what is no UTF-8 becomes U+FFFD.</summary>
internal sealed class ByteLevelDetokenizer(bool cleanUp) : Detokenizer(cleanUp)
{
    protected override StringBuilder Write(IEnumerable<string> tokens)
    {
        var bytes = new ByteBuffer();
        foreach (string token in tokens)
        {
            // An added token's text may hold what is no letter: it is taken as it is.
            if (token.All(letter => ByteLetters.Read(letter) is not null))
            {
                bytes.Append([.. token.Select(letter => ByteLetters.Read(letter)!.Value)]);
            }
            else
            {
                bytes.Append(Encoding.UTF8.GetBytes(token));
            }
        }

        return new StringBuilder(Encoding.UTF8.GetString(bytes.Span));
    }
}
