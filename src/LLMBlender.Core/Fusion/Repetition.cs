namespace LLMBlender.Core.Fusion;

/// <summary>Detects a text that ends in a loop, as small generators write them.</summary>
public static class Repetition
{
    // A refrain may come twice, a list may end in like items; half a text that says the same four times is neither.
    private const int LeastRounds = 4;
    private const double LeastShare = 0.5;
    private const int LongestPeriod = 1024;

    /// <summary>
    /// Whether the text ends in the same characters over and over: at least four times, the last perhaps cut off, and over
    /// at least half of it.
    /// </summary>
    public static bool IsLoop(string text)
    {
        var end = text.AsSpan().TrimEnd();
        for (var period = 1; period <= Math.Min(end.Length / LeastRounds, LongestPeriod); period++)
        {
            var length = period;
            while (length < end.Length && end[^(length + 1)] == end[^(length + 1 - period)])
            {
                length++;
            }

            if (length >= LeastRounds * period && length >= LeastShare * end.Length)
            {
                return true;
            }
        }

        return false;
    }
}
