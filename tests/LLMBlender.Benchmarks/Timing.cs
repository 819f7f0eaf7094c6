using System.Diagnostics;

namespace LLMBlender.Benchmarks;

/// <summary>Times things against each other in one run, turn by turn, so that a noisy machine troubles all alike.</summary>
internal static class Timing
{
    /// <summary>Median seconds of each action, after one warm-up round.</summary>
    public static double[] Medians(int rounds, params Action[] actions)
    {
        var seconds = actions.Select(_ => new List<double>()).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < actions.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                actions[i]();
                if (round >= 0)
                {
                    seconds[i].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
                }
            }
        }

        return [.. seconds.Select(list => list.Order().ElementAt(list.Count / 2))];
    }

    /// <summary>Prints a figure on a line of its own.</summary>
    public static void Report(string what, double value, string unit) =>
        Console.WriteLine($"{what,-72} {value,12:0.000} {unit}");
}
