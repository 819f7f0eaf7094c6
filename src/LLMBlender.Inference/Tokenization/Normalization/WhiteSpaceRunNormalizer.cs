using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>
/// Replaces every run of two or more white-space characters, and a single line feed, carriage return or tab: the pattern
/// <c>\s{2,}|[\n\r\t]</c> of DeBERTa's tokenizer in transformers 5.
/// </summary>
internal sealed class WhiteSpaceRunNormalizer(byte[] content) : Normalizer
{
    public override void Apply(ReadOnlySpan<byte> source, ByteBuffer target, Workspace workspace)
    {
        while (!source.IsEmpty)
        {
            int start = WhiteSpace.IndexIn(source);
            target.Append(source[..start]);
            source = source[start..];
            int run = WhiteSpace.LengthAtStart(source);
            target.Append(IsReplaced(source[..run]) ? content : source[..run]);
            source = source[run..];
        }
    }

    public override double Growth => content.Length;

    public override int Head(ReadOnlySpan<byte> source, int head)
    {
        int run = WhiteSpace.LengthAtStart(source);
        return IsReplaced(source[..run]) ? HeadAfterReplacing(head, run, content.Length) : head;
    }

    private static bool IsReplaced(ReadOnlySpan<byte> run) =>
        run.Length > 0 && (run[0] is (byte)'\n' or (byte)'\r' or (byte)'\t' || run.Length > Unigram.Width(run[0]));
}
