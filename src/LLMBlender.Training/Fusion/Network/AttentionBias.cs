using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>The position bias of one stack: a table of buckets × heads that the first block holds and all its blocks add.</summary>
internal static class AttentionBias
{
    // Far below every score, and still finite: a row of nothing else would give no probabilities.
    private const float Never = -1e9f;
    private static readonly Scalar Hidden = Never;

    /// <summary>Scores to add.</summary>
    /// <param name="table">[buckets, heads]</param>
    /// <param name="config">Heads, buckets and distance.</param>
    /// <param name="length">L, of queries and keys alike.</param>
    /// <param name="causal">Whether a query sees no key after itself, as in the decoder.</param>
    /// <returns>[1, heads, L, L]</returns>
    public static Tensor Of(Embedding table, FuserConfig config, int length, bool causal)
    {
        Tensor index = tensor(RelativeBuckets.Table(length, length, !causal, config.Buckets, config.MaxDistance));
        Tensor bias = table.weight!.index_select(0, index).view(length, length, config.Heads).permute(2, 0, 1).unsqueeze(0);
        return causal ? bias.masked_fill(Future(length), Hidden) : bias.contiguous();
    }

    /// <summary>Scores that hide padding.</summary>
    /// <param name="lengths">Valid tokens of each of the B rows, which are padded on the right.</param>
    /// <param name="length">L</param>
    /// <returns>[B, 1, 1, L], or null where nothing is padded.</returns>
    public static Tensor? Padding(int[] lengths, int length)
    {
        if (lengths.All(valid => valid == length))
        {
            return null;
        }

        float[] bias = new float[lengths.Length * length];
        for (int row = 0; row < lengths.Length; row++)
        {
            bias.AsSpan(row * length + lengths[row], length - lengths[row]).Fill(Never);
        }

        return tensor(bias, [lengths.Length, 1, 1, length]);
    }

    private static Tensor Future(int length)
    {
        bool[] future = new bool[length * length];
        for (int query = 0; query < length; query++)
        {
            future.AsSpan(query * length + query + 1, length - query - 1).Fill(true);
        }

        return tensor(future, [length, length]);
    }
}
