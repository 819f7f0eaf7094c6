using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>Unicode's normal form C.</summary>
internal sealed class ComposingNormalizer : Normalizer
{
    public override void Apply(ReadOnlySpan<byte> source, ByteBuffer target, Workspace workspace) => Composition.Write(source, target);

    public override int Head(ReadOnlySpan<byte> source, int head)
    {
        var composed = new ByteBuffer();
        Composition.Write(source, composed);
        Rune.DecodeFromUtf8(composed.Span, out _, out int width);
        return width;
    }
}
