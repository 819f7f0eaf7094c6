using System.Diagnostics;

namespace LLMBlender.Silo.Tests;

/// <summary>Waits for conditions, and says which one did not come.</summary>
internal static class Waiting
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task UntilAsync(Func<bool> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"after {Patience.TotalSeconds} s still not so: {what}");
            await Task.Delay(10);
        }
    }
}
