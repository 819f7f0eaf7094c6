using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.PreTokenization;

/// <summary>Whether Metaspace adds the mark before a text.</summary>
internal enum PrependScheme
{
    /// <summary>Before every text that doesn't start with it.</summary>
    Always,

    /// <summary>Only before a text that starts with the first character of the input.</summary>
    First,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>One step that splits a text into pre-tokens.</summary>
internal abstract class PreTokenizer
{
    /// <summary>Whether <see cref="Rewrite"/> uses the head.</summary>
    public virtual bool NeedsHead => false;

    /// <summary>Takes the next pre-token from the start of <paramref name="rest"/>; it may be empty.</summary>
    public abstract ReadOnlySpan<byte> Next(ref ReadOnlySpan<byte> rest);

    /// <summary>The text to split, rewritten first if needed.</summary>
    /// <param name="text">The text, not empty.</param>
    /// <param name="head">The number of bytes at its start that represent the first character of the input.</param>
    /// <param name="buffer">The buffer for the rewritten text.</param>
    public virtual ReadOnlySpan<byte> Rewrite(ReadOnlySpan<byte> text, ref int head, ByteBuffer buffer) => text;
}
