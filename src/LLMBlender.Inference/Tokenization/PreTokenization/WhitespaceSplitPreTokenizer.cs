using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.PreTokenization;

/// <summary>Splits at white space and removes it.</summary>
internal sealed class WhitespaceSplitPreTokenizer : PreTokenizer
{
    public override ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest)
    {
        int end = WhiteSpace.IndexIn(rest);
        ReadOnlySpan<byte> word = rest[..end];
        rest = rest[end..];
        rest = rest[WhiteSpace.LengthAtStart(rest)..];
        return word;
    }
}
