using System.Numerics.Tensors;

namespace LLMBlender.Inference.GenFuser;

/// <summary>Draws one row's tokens: temperature, top k, top p, in the reference's order, then by what is left.</summary>
internal sealed class TokenSampler
{
    private readonly SamplingOptions options;
    private readonly float[] scores;
    private readonly int[] order;
    private ulong state;

    /// <param name="options">Checked ones.</param>
    /// <param name="vocabulary">Logits of a row.</param>
    /// <param name="prompt">The prompt's place: with the row and the seed, what draws depend on.</param>
    /// <param name="row">The sequence's place among its prompt's.</param>
    public TokenSampler(SamplingOptions options, int vocabulary, int prompt, int row)
    {
        this.options = options;
        scores = new float[vocabulary];
        order = new int[vocabulary];
        state = (ulong)options.Seed;
        state = Next() ^ (ulong)prompt;
        state = Next() ^ (ulong)row;
    }

    /// <summary>The next token.</summary>
    public int Draw(ReadOnlySpan<float> logits)
    {
        TensorPrimitives.Divide(logits, (float)options.Temperature, scores);
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (options.TopK is null && options.TopP >= 1)
        {
            return Choose(scores, order);
        }

        // Likeliest first; of equal ones, the lower id.
        order.AsSpan().Sort((a, b) => scores[a] == scores[b] ? a.CompareTo(b) : scores[b].CompareTo(scores[a]));
        var kept = order.AsSpan(0, Math.Min(options.TopK ?? order.Length, order.Length));
        return Choose(scores, kept[..Nucleus(kept)]);
    }

    // The smallest number of tokens, likeliest first, whose probability among those kept reaches top p.
    private int Nucleus(ReadOnlySpan<int> kept)
    {
        if (options.TopP >= 1)
        {
            return kept.Length;
        }

        var (largest, total) = (scores[kept[0]], 0.0);
        foreach (var id in kept)
        {
            total += Math.Exp(scores[id] - largest);
        }

        var reached = 0.0;
        for (var i = 0; i < kept.Length; i++)
        {
            reached += Math.Exp(scores[kept[i]] - largest) / total;
            if (reached >= options.TopP)
            {
                return i + 1;
            }
        }

        return kept.Length;
    }

    private int Choose(ReadOnlySpan<float> all, ReadOnlySpan<int> ids)
    {
        var largest = TensorPrimitives.Max(all);
        var total = 0.0;
        foreach (var id in ids)
        {
            total += Math.Exp(all[id] - largest);
        }

        var drawn = (Next() >> 11) * (1.0 / (1UL << 53)) * total;
        foreach (var id in ids)
        {
            drawn -= Math.Exp(all[id] - largest);
            if (drawn < 0)
            {
                return id;
            }
        }

        return ids[^1];
    }

    // SplitMix64 (Steele, Lea and Flood 2014): Random does not promise the same numbers from one runtime to the next.
    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }
}
