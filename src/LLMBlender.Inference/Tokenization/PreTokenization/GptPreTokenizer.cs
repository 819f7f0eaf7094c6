using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.PreTokenization;

/// <summary>
/// GPT-2's splits: <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>, written out: letters,
/// digits and other characters in runs, each with one space before it; of further white space, runs.
/// </summary>
internal sealed class GptPreTokenizer(bool addPrefixSpace) : PreTokenizer
{
    private static readonly byte[][] Contractions = [.. new[] { "'s", "'t", "'re", "'ve", "'m", "'ll", "'d" }.Select(Encoding.UTF8.GetBytes)];

    private enum Kind
    {
        Space,
        Letter,
        Number,
        Other,
    }

    public override ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> text, ref int head, ByteBuffer buffer)
    {
        if (!addPrefixSpace || text[0] == ' ')
        {
            return text;
        }

        buffer.Clear();
        buffer.Append((byte)' ');
        buffer.Append(text);
        return buffer.Span;
    }

    public override ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        int end = LengthOfNext(rest);
        ReadOnlySpan<byte> word = rest[..end];
        rest = rest[end..];
        return word;
    }

    private static int LengthOfNext(ReadOnlySpan<byte> rest)
    {
        foreach (byte[] contraction in Contractions)
        {
            if (rest.StartsWith(contraction))
            {
                return contraction.Length;
            }
        }

        int space = rest[0] == ' ' && rest.Length > 1 ? 1 : 0;
        Kind kind = KindAt(rest[space..], out _);
        if (kind != Kind.Space)
        {
            return space + RunOf(kind, rest[space..], out _);
        }

        // Before a word, the last white space is left for it.
        int run = RunOf(Kind.Space, rest, out int last);
        return run == rest.Length || run == last ? run : run - last;
    }

    private static int RunOf(Kind kind, ReadOnlySpan<byte> text, out int lastWidth)
    {
        int end = 0;
        lastWidth = 0;
        while (end < text.Length && KindAt(text[end..], out int width) == kind)
        {
            end += width;
            lastWidth = width;
        }

        return end;
    }

    private static Kind KindAt(ReadOnlySpan<byte> text, out int width)
    {
        Rune.DecodeFromUtf8(text, out Rune rune, out width);
        return Rune.IsWhiteSpace(rune) ? Kind.Space
            : Rune.IsLetter(rune) ? Kind.Letter
            : Rune.IsNumber(rune) ? Kind.Number
            : Kind.Other;
    }
}
