using System.Globalization;
using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>
/// BERT's text cleaning, in Hugging Face's order: removes control characters and maps white space to spaces; adds spaces around Chinese
/// characters; removes accents (canonical decomposition without non-spacing marks); lower-cases.
/// </summary>
internal sealed class BertNormalizer(bool cleanText, bool spaceChinese, bool stripAccents, bool lowercase) : Normalizer
{
    private readonly LowercaseNormalizer? lowercase = lowercase ? new LowercaseNormalizer() : null;

    public override void Apply(ReadOnlySpan<byte> source, ByteBuffer target, Workspace workspace)
    {
        while (!source.IsEmpty)
        {
            Rune.DecodeFromUtf8(source, out Rune rune, out int width);
            source = source[width..];
            if (cleanText && IsDropped(rune))
            {
                continue;
            }

            rune = cleanText && Rune.IsWhiteSpace(rune) ? new Rune(' ') : rune;
            if (spaceChinese && IsChinese(rune.Value))
            {
                target.Append((byte)' ');
                Write(rune, target, workspace);
                target.Append((byte)' ');
            }
            else
            {
                Write(rune, target, workspace);
            }
        }
    }

    // The pre-tokenizers used with it do not need the head.
    public override int Head(ReadOnlySpan<byte> source, int head) => 0;

    private void Write(Rune rune, ByteBuffer target, Workspace workspace)
    {
        if (!stripAccents || rune.IsAscii)
        {
            Lower(rune, target, workspace);
            return;
        }

        foreach (Rune part in Decomposition.Of(rune))
        {
            if (Rune.GetUnicodeCategory(part) != UnicodeCategory.NonSpacingMark)
            {
                Lower(part, target, workspace);
            }
        }
    }

    private void Lower(Rune rune, ByteBuffer target, Workspace workspace)
    {
        Span<byte> bytes = stackalloc byte[4];
        bytes = bytes[..rune.EncodeToUtf8(bytes)];
        if (lowercase is null)
        {
            target.Append(bytes);
        }
        else
        {
            lowercase.Apply(bytes, target, workspace);
        }
    }

    private static bool IsDropped(Rune rune) => rune.Value is not ('\t' or '\n' or '\r')
        && (rune.Value == 0xFFFD || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned);

    // The blocks that BERT's code treats as Chinese.
    private static bool IsChinese(int value) => value
        is (>= 0x4E00 and <= 0x9FFF)
        or (>= 0x3400 and <= 0x4DBF)
        or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F)
        or (>= 0x2B740 and <= 0x2B81F)
        or (>= 0x2B920 and <= 0x2CEAF)
        or (>= 0xF900 and <= 0xFAFF)
        or (>= 0x2F800 and <= 0x2FA1F);
}
