using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>Unicode lower case, character by character (no final sigma).</summary>
internal sealed class LowercaseNormalizer : Normalizer
{
    public override void Apply(ReadOnlySpan<byte> source, ByteBuffer target, Workspace workspace)
    {
        while (!source.IsEmpty)
        {
            Rune.DecodeFromUtf8(source, out Rune rune, out int width);
            target.Advance(Lower(rune, target.Reserve(4)));
            source = source[width..];
        }
    }

    public override int Head(ReadOnlySpan<byte> source, int head)
    {
        Rune.DecodeFromUtf8(source, out Rune rune, out int width);
        return head - width + Lower(rune, stackalloc byte[4]);
    }

    private static int Lower(Rune rune, Span<byte> target)
    {
        if (rune.Value != 0x130)
        {
            return Rune.ToLowerInvariant(rune).EncodeToUtf8(target);
        }

        // The only character whose lower case is two characters: i and a combining dot.
        "i\u0307"u8.CopyTo(target);
        return 3;
    }
}
