using System.Diagnostics;

namespace LLMBlender.TestKit;

/// <summary>Waits for conditions, and says which one did not come.</summary>
public static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Waits until a condition holds.</summary>
    /// <exception cref="TimeoutException">It does not hold in time.</exception>
    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) >= Patience)
            {
                throw new TimeoutException($"after {Patience.TotalSeconds} s still not so: {what}");
            }

            await Task.Delay(10);
        }
    }
}
