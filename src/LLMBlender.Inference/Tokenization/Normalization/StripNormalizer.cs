using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>Drops white space (Unicode's White_Space) at the ends.</summary>
internal sealed class StripNormalizer(bool left, bool right) : Normalizer
{
    public override void Apply(ReadOnlySpan<byte> source, ByteBuffer target, Workspace workspace)
    {
        if (left)
        {
            source = source[WhiteSpace.LengthAtStart(source)..];
        }

        if (right)
        {
            source = source[..^WhiteSpace.LengthAtEnd(source)];
        }

        target.Append(source);
    }

    public override int Head(ReadOnlySpan<byte> source, int head) =>
        left ? Math.Max(0, head - WhiteSpace.LengthAtStart(source)) : head;
}
