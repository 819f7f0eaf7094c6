namespace LLMBlender.Training.Data;

/// <summary>Turns a run's seed and a place in the run into independent random streams, so that any place can be reached directly.</summary>
internal static class Seeds
{
    /// <summary>A generator for one place.</summary>
    public static Random Random(params ReadOnlySpan<ulong> place) => new((int)(Mix(place) & int.MaxValue));

    /// <summary>A number for a name.</summary>
    public static ulong Of(string name)
    {
        ulong hash = 0;
        foreach (char c in name)
        {
            hash = Mix([hash, c]);
        }

        return hash;
    }

    /// <summary>One well-mixed number from several (SplitMix64's finaliser over a running sum).</summary>
    public static ulong Mix(params ReadOnlySpan<ulong> parts)
    {
        ulong value = 0;
        foreach (ulong part in parts)
        {
            value += part + 0x9E3779B97F4A7C15UL;
            value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
            value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
            value ^= value >> 31;
        }

        return value;
    }
}
