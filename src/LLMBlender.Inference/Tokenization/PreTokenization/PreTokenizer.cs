using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.PreTokenization;

/// <summary>How Metaspace decides on the mark before a text.</summary>
internal enum PrependScheme
{
    /// <summary>Before every text that doesn't begin with it.</summary>
    Always,

    /// <summary>Only before a text that begins with the first character of the input.</summary>
    First,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>One step that cuts a text into pre-tokens.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Whether <see cref="Rewrite"/> looks at the head.</summary>
    public virtual bool NeedsHead => false;

    /// <summary>Takes the next pre-token off the front of <paramref name="rest"/>; it may be empty.</summary>
    public abstract ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest);

    /// <summary>The text to cut, which may have to be rewritten first.</summary>
    /// <param name="text">The text, not empty.</param>
    /// <param name="head">How many bytes at its front stand for the first character of the input.</param>
    /// <param name="buffer">Where to write it.</param>
    public virtual ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> text, ref int head, ByteBuffer buffer) => text;
}
