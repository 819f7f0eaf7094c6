using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>Replaces every run of two or more spaces: the pattern <c> {2,}</c> of SentencePiece conversions.</summary>
internal sealed class SpaceRunNormalizer(byte[] content) : Normalizer
{
    public override void Apply(ReadOnlySpan<byte> source, ByteBuffer target, Workspace workspace)
    {
        for (int at; (at = source.IndexOf("  "u8)) >= 0;)
        {
            target.Append(source[..at]);
            target.Append(content);
            int rest = source[at..].IndexOfAnyExcept((byte)' ');
            source = rest < 0 ? default : source[(at + rest)..];
        }

        target.Append(source);
    }

    public override double Growth => content.Length / 2.0;

    public override int Head(ReadOnlySpan<byte> source, int head)
    {
        int rest = source.IndexOfAnyExcept((byte)' ');
        int run = rest < 0 ? source.Length : rest;
        return run > 1 ? HeadAfterReplacing(head, run, content.Length) : head;
    }
}
