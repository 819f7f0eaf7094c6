using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.PreTokenization;

/// <summary>Splits at white space, which it removes, and around every punctuation character, as BERT does.</summary>
internal sealed class BertPreTokenizer : PreTokenizer
{
    public override ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        rest = rest[WhiteSpace.LengthAtStart(rest)..];
        int end = 0;
        while (end < rest.Length)
        {
            Rune.DecodeFromUtf8(rest[end..], out Rune rune, out int width);
            bool isPunctuation = IsPunctuation(rune);
            if (Rune.IsWhiteSpace(rune) || (isPunctuation && end > 0))
            {
                break;
            }

            end += width;
            if (isPunctuation)
            {
                break;
            }
        }

        ReadOnlySpan<byte> word = rest[..end];
        rest = rest[end..];
        return word;
    }

    // All ASCII characters other than letters, digits, space and control characters count, including $ and ^, which Unicode classifies as
    // symbols.
    private static bool IsPunctuation(Rune rune) =>
        rune.Value is (>= 33 and <= 47) or (>= 58 and <= 64) or (>= 91 and <= 96) or (>= 123 and <= 126) || Rune.IsPunctuation(rune);
}
