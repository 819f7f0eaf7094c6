using System.Text;

namespace LLMBlender.Inference.Tokenization.Bytes;

/// <summary>Unicode's White_Space in UTF-8.</summary>
internal static class WhiteSpace
{
    /// <summary>The number of white-space bytes at the start of <paramref name="text"/>.</summary>
    public static int LengthAtStart(ReadOnlySpan<byte> text)
    {
        int length = 0;
        while (length < text.Length)
        {
            Rune.DecodeFromUtf8(text[length..], out Rune rune, out int width);
            if (!Rune.IsWhiteSpace(rune))
            {
                break;
            }

            length += width;
        }

        return length;
    }

    /// <summary>The number of white-space bytes at the end of <paramref name="text"/>.</summary>
    public static int LengthAtEnd(ReadOnlySpan<byte> text)
    {
        int length = 0;
        while (length < text.Length)
        {
            Rune.DecodeLastFromUtf8(text[..^length], out Rune rune, out int width);
            if (!Rune.IsWhiteSpace(rune))
            {
                break;
            }

            length += width;
        }

        return length;
    }

    /// <summary>The index of the first white space in <paramref name="text"/>, or its length.</summary>
    public static int IndexIn(ReadOnlySpan<byte> text)
    {
        int at = 0;
        while (at < text.Length)
        {
            if (text[at] is > 0x20 and < 0x80)
            {
                at++;
                continue;
            }

            Rune.DecodeFromUtf8(text[at..], out Rune rune, out int width);
            if (Rune.IsWhiteSpace(rune))
            {
                break;
            }

            at += width;
        }

        return at;
    }
}
