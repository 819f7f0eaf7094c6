using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.PreTokenization;

/// <summary>Replaces spaces with a mark (U+2581), adds one before the text, and splits before every mark.</summary>
internal sealed class MetaspacePreTokenizer(byte[] mark, PrependScheme scheme, bool split) : PreTokenizer
{
    public override bool NeedsHead => scheme == PrependScheme.First;

    public override ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> text, ref int head, ByteBuffer buffer)
    {
        buffer.Clear();
        bool prepend = scheme == PrependScheme.Always || (scheme == PrependScheme.First && head > 0);
        if (prepend && text[0] != ' ' && !text.StartsWith(mark))
        {
            buffer.Append(mark);
            head += mark.Length;
        }

        for (int space; (space = text.IndexOf((byte)' ')) >= 0; text = text[(space + 1)..])
        {
            buffer.Append(text[..space]);
            buffer.Append(mark);
        }

        buffer.Append(text);
        return buffer.Span;
    }

    public override ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        int next = split ? rest[1..].IndexOf(mark) : -1;
        ReadOnlySpan<byte> word = next < 0 ? rest : rest[..(next + 1)];
        rest = rest[word.Length..];
        return word;
    }
}
