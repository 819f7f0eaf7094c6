using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>One step of normalisation, UTF-8 to UTF-8.</summary>
internal abstract class Normalizer
{
    /// <summary>Appends the normalised <paramref name="source"/> to <paramref name="target"/>.</summary>
    public abstract void Apply(ReadOnlySpan<byte> source, ByteBuffer target, Workspace workspace);

    /// <summary>The factor by which a configured text can lengthen a text; 1 for steps without one.</summary>
    public virtual double Growth => 1;

    /// <summary>
    /// The number of bytes at the start of the normalised <paramref name="source"/> that represent the first character of the input, if
    /// <paramref name="head"/> (more than 0) bytes of the source do.
    /// </summary>
    public virtual int Head(ReadOnlySpan<byte> source, int head) => head;

    /// <summary>The head after the first <paramref name="replaced"/> bytes were replaced by a text of another length.</summary>
    protected static int HeadAfterReplacing(int head, int replaced, int length) =>
        head < replaced ? 0 : head - replaced + length;
}
