using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.Decoding;

/// <summary>Joins tokens with spaces.</summary>
internal sealed class SpacedDetokenizer(bool cleanUp) : Detokenizer(cleanUp)
{
    protected override StringBuilder Write(IEnumerable<string> tokens) => new StringBuilder().AppendJoin(' ', tokens);
}

/// <summary>Replaces Metaspace's mark with spaces.</summary>
/// <param name="mark">The character that Metaspace uses for a space.</param>
/// <param name="dropFirst">Whether marks in the first token are removed instead of replaced.</param>
/// <param name="cleanUp">Whether to remove the spaces before punctuation.</param>
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

/// <summary>Joins words with spaces; a token with the prefix continues its word.</summary>
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

/// <summary>Converts characters to bytes (<see cref="ByteLetters"/>); invalid UTF-8 becomes U+FFFD.</summary>
internal sealed class ByteLevelDetokenizer(bool cleanUp) : Detokenizer(cleanUp)
{
    protected override StringBuilder Write(IEnumerable<string> tokens)
    {
        var bytes = new ByteBuffer();
        foreach (string token in tokens)
        {
            // An added token's text can contain other characters: it is used unchanged.
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
