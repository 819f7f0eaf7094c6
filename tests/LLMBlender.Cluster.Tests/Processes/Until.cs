using System.Diagnostics;

namespace LLMBlender.Cluster.Tests.Processes;

/// <summary>Waits for conditions, and says which one did not come.</summary>
internal static class Until
{
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(20);

    /// <summary>Generous: it only ends tests that would not end otherwise.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromSeconds(120);

    /// <summary>Waits until it is so.</summary>
    public static Task IsSoAsync(Func<bool> condition, string what) => IsSoAsync(() => Task.FromResult(condition()), what);

    /// <summary>Waits until it is so.</summary>
    public static async Task IsSoAsync(Func<Task<bool>> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"after {Patience.TotalSeconds} s still not so: {what}");
            await Task.Delay(Tick, TestContext.Current.CancellationToken);
        }
    }
}
