using System.Numerics.Tensors;

namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// Samples one row's tokens: temperature, top k and top p, in the reference's order, then a draw from the remaining distribution.
/// </summary>
internal sealed class TokenSampler
{
    private readonly SamplingOptions options;
    private readonly float[] weights;
    private readonly int[] order;
    private ulong state;

    /// <param name="options">Validated options.</param>
    /// <param name="vocabulary">The number of logits in a row.</param>
    /// <param name="prompt">The index of the prompt; random numbers depend on it, the row and the seed.</param>
    /// <param name="row">The index of the sequence within its prompt.</param>
    public TokenSampler(SamplingOptions options, int vocabulary, int prompt, int row)
    {
        this.options = options;
        weights = new float[vocabulary];
        order = new int[vocabulary];
        state = (ulong)options.Seed;
        state = Next() ^ (ulong)prompt;
        state = Next() ^ (ulong)row;
    }

    /// <summary>The next token.</summary>
    public int Draw(ReadOnlySpan<float> logits)
    {
        // Weights instead of probabilities: each token's probability relative to the likeliest.
        TensorPrimitives.Subtract(logits, TensorPrimitives.Max(logits), weights);
        TensorPrimitives.Divide(weights, (float)options.Temperature, weights);
        TensorPrimitives.Exp(weights, weights);
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (options.TopK is null && options.TopP >= 1)
        {
            return Choose(order);
        }

        // Likeliest first; of equal ones, the lower id.
        order.AsSpan().Sort((a, b) => weights[a] == weights[b] ? a.CompareTo(b) : weights[b].CompareTo(weights[a]));
        var kept = order.AsSpan(0, Math.Min(options.TopK ?? order.Length, order.Length));
        return Choose(kept[..Nucleus(kept)]);
    }

    // The smallest number of tokens, likeliest first, whose probability among the kept tokens reaches top p.
    private int Nucleus(ReadOnlySpan<int> kept)
    {
        var left = options.TopP >= 1 ? double.PositiveInfinity : options.TopP * Sum(kept);
        var count = 0;
        while (count < kept.Length && left > 0)
        {
            left -= weights[kept[count++]];
        }

        return count;
    }

    private int Choose(ReadOnlySpan<int> ids)
    {
        var drawn = (Next() >> 11) * (1.0 / (1UL << 53)) * Sum(ids);
        foreach (var id in ids)
        {
            drawn -= weights[id];
            if (drawn < 0)
            {
                return id;
            }
        }

        return ids[^1];
    }

    private double Sum(ReadOnlySpan<int> ids)
    {
        var sum = 0.0;
        foreach (var id in ids)
        {
            sum += weights[id];
        }

        return sum;
    }

    // SplitMix64 (Steele, Lea and Flood 2014): Random does not guarantee the same numbers on all runtimes.
    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
