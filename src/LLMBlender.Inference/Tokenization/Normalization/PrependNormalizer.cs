using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>Puts a fixed text before every text that is not empty.</summary>
internal sealed class PrependNormalizer(byte[] prefix) : Normalizer
{
    public override void Apply(ReadOnlySpan<byte> source, ByteBuffer target, Workspace workspace)
    {
        if (!source.IsEmpty)
        {
            target.Append(prefix);
            target.Append(source);
        }
    }

    public override int Head(ReadOnlySpan<byte> source, int head) => prefix.Length + head;
}
