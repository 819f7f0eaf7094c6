namespace LLMBlender.Core.Ranking;

/// <summary>
/// The SplitMix64 generator (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
/// </summary>
/// <remarks>Written out here because <see cref="Random"/> does not promise the same numbers from one runtime to the next.</remarks>
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

    /// <summary>A number from 0 to <paramref name="bound"/>−1, each equally likely; the bound is at least 1.</summary>
    public ulong Below(ulong bound)
    {
        // Multiply-and-shift; the low products that would favour some numbers are drawn again (Lemire 2019).
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
