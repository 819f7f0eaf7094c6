namespace LLMBlender.Core.Ranking;

/// <summary>
/// The SplitMix64 generator (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
/// </summary>
/// <remarks>Implemented here because <see cref="Random"/> does not guarantee the same numbers on all runtimes.</remarks>
internal struct SplitMix64(ulong seed)
{
    private ulong state = seed;

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var mixed = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9;
        mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB;
        return mixed ^ (mixed >> 31);
    }

    /// <summary>A uniformly distributed number from 0 to <paramref name="bound"/>−1; the bound is at least 1.</summary>
    public ulong Below(ulong bound)
    {
        // Multiply-and-shift; rejects the low products that would bias the result (Lemire 2019).
        var unfair = (0 - bound) % bound;
        ulong low, number;
        do
        {
            number = Math.BigMul(Next(), bound, out low);
        }
        while (low < unfair);

        return number;
    }
}
