namespace LLMBlender.Core.Fusion;

/// <summary>Detects text that ends in a loop, as small models can generate.</summary>
public static class Repetition
{
    // A refrain may occur twice and a list may end in similar items, but four repetitions over half of the text are a loop.
    private const int MinRepetitions = 4;
    private const double LeastShare = 0.5;
    private const int LongestPeriod = 1024;

    /// <summary>
    /// Whether the text ends in a repeated sequence of characters: at least four times, the last possibly cut off, and over at least half
    /// of the text.
    /// </summary>
    public static bool IsLoop(string text)
    {
        var end = text.AsSpan().TrimEnd();
        for (var period = 1; period <= Math.Min(end.Length / MinRepetitions, LongestPeriod); period++)
        {
            var length = period;
            while (length < end.Length && end[^(length + 1)] == end[^(length + 1 - period)])
            {
                length++;
            }

            if (length >= MinRepetitions * period && length >= LeastShare * end.Length)
            {
                return true;
            }
        }

        return false;
    }
}
