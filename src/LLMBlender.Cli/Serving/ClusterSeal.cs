using LLMBlender.Gateway;
using LLMBlender.Silo.Sealing;

namespace LLMBlender.Cli.Serving;

/// <summary>The cluster's key as the gateway's seal.</summary>
internal sealed class ClusterSeal(ClusterKey key) : ISeal
{
    /// <inheritdoc/>
    public int Size => ClusterKey.CodeSize;

    /// <inheritdoc/>
    public void Sign(ReadOnlySpan<byte> content, Span<byte> code) => key.Sign(content, code);

    /// <inheritdoc/>
    public bool Verify(ReadOnlySpan<byte> content, ReadOnlySpan<byte> code) => key.Verify(content, code);
}
