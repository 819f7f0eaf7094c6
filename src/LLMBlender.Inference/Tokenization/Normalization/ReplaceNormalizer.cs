using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>Replaces every occurrence of a fixed text.</summary>
internal sealed class ReplaceNormalizer(byte[] pattern, byte[] content) : Normalizer
{
    public override void Apply(ReadOnlySpan<byte> source, ByteBuffer target, Workspace workspace)
    {
        for (int at; (at = source.IndexOf(pattern)) >= 0; source = source[(at + pattern.Length)..])
        {
            target.Append(source[..at]);
            target.Append(content);
        }

        target.Append(source);
    }

    public override double Growth => (double)content.Length / pattern.Length;

    public override int Head(ReadOnlySpan<byte> source, int head) =>
        source.StartsWith(pattern) ? HeadAfterReplacing(head, pattern.Length, content.Length) : head;
}
