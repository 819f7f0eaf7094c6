using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.AddedTokens;

/// <summary>Finds added tokens in a text: leftmost first, and the longest of those that start at one position.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly AddedToken[] tokens;
    private readonly ByteTrie trie;
    private readonly SearchValues<byte> firstBytes;

    /// <param name="tokens">The tokens, each with the UTF-8 text to match; empty texts are never matched.</param>
    public AddedTokenMatcher(IReadOnlyList<(AddedToken Token, byte[] Text)> tokens)
    {
        this.tokens = [.. tokens.Select(t => t.Token)];
        var texts = new ByteBuffer();
        List<int> starts = [0];
        foreach ((AddedToken _, byte[] text) in tokens)
        {
            texts.Append(text);
            starts.Add(texts.Length);
        }

        trie = ByteTrie.Build(texts.Span, CollectionsMarshal.AsSpan(starts));
        firstBytes = SearchValues.Create([.. tokens.Where(t => t.Text.Length > 0).Select(t => t.Text[0]).Distinct()]);
    }

    /// <summary>
    /// The next token at or after <paramref name="from"/>; null if there is none. It spans the bytes <paramref name="start"/> to
    /// <paramref name="end"/>, including the white space that it strips.
    /// </summary>
    public AddedToken? Next(ReadOnlySpan<byte> text, int from, out int start, out int end)
    {
        int at = from;
        while (at < text.Length)
        {
            int skip = text[at..].IndexOfAny(firstBytes);
            if (skip < 0)
            {
                break;
            }

            at += skip;
            int length = LongestAt(text[at..], out int index);
            if (length == 0)
            {
                at++;
                continue;
            }

            AddedToken token = tokens[index];
            start = at;
            end = at + length;
            if (!token.SingleWord || IsAlone(text, start, end))
            {
                start -= token.LeftStrip ? WhiteSpace.LengthAtEnd(text[from..start]) : 0;
                end += token.RightStrip ? WhiteSpace.LengthAtStart(text[end..]) : 0;
                return token;
            }

            at = end;
        }

        start = end = text.Length;
        return null;
    }

    private int LongestAt(ReadOnlySpan<byte> text, out int index)
    {
        int length = 0;
        int node = ByteTrie.Root;
        index = ByteTrie.None;
        for (int i = 0; i < text.Length && trie.Step(ref node, text[i], out int found); i++)
        {
            if (found != ByteTrie.None)
            {
                length = i + 1;
                index = found;
            }
        }

        return length;
    }

    private static bool IsAlone(ReadOnlySpan<byte> text, int start, int end) =>
        (start == 0 || Rune.DecodeLastFromUtf8(text[..start], out Rune before, out _) != OperationStatus.Done
            || !IsWord(before))
        && (end == text.Length || Rune.DecodeFromUtf8(text[end..], out Rune after, out _) != OperationStatus.Done
            || !IsWord(after));

    // \w of UTS #18, without the few symbols that are Other_Alphabetic.
    private static bool IsWord(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
            or UnicodeCategory.ConnectorPunctuation => true,
        _ => Rune.IsLetter(rune) || rune.Value is 0x200C or 0x200D,
    };
}
