using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.PreTokenization;

/// <summary>Maps a text's bytes to characters (<see cref="ByteLetters"/>) without splitting.</summary>
internal sealed class ByteLettersPreTokenizer : PreTokenizer
{
    public override ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> text, ref int head, ByteBuffer buffer)
    {
        buffer.Clear();
        foreach (byte b in text)
        {
            ByteLetters.Write(b, buffer);
        }

        return buffer.Span;
    }

    public override ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        ReadOnlySpan<byte> word = rest;
        rest = [];
        return word;
    }
}
