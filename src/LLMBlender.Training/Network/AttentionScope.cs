using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>What all layers of one forward pass share.</summary>
internal sealed class AttentionScope
{
    /// <summary>LayerNorm-ed relative embeddings, [2·buckets, hidden].</summary>
    public required Tensor Relative { get; init; }

    /// <summary>Row of the relative table for query and key, [L, L] int64; only the reference path reads it.</summary>
    public Tensor? Index { get; init; }

    /// <summary>Whether query and key both count, [B, 1, L, L] bool; only the reference path reads it.</summary>
    public Tensor? Mask { get; init; }

    /// <summary>Valid tokens of each row, right-padded; only the fused path reads it.</summary>
    public int[]? Lengths { get; init; }

    /// <summary><see cref="RelativePositions.Descending"/> for this length; only the fused path reads it.</summary>
    public int[]? Rows { get; init; }

    /// <summary>Whether <see cref="Products"/> rounds to bfloat16; only the fused path reads it.</summary>
    public bool Half { get; init; }

    /// <summary>Dropout of the step in training; null when evaluating.</summary>
    public Noise? Noise { get; init; }
}
