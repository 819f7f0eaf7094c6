using System.Diagnostics;

namespace LLMBlender.Benchmarks;

/// <summary>Times things against each other in one run, turn by turn, so that a noisy machine troubles all alike.</summary>
internal static class Timing
{
    /// <summary>Median seconds of each action, after one warm-up round.</summary>
    public static double[] Medians(int rounds, params Action[] actions) =>
        Array.ConvertAll(Measure(rounds, actions), list => list.Order().ElementAt(list.Count / 2));

    /// <summary>Least seconds of each action, after one warm-up round: what else runs on the machine only ever adds.</summary>
    public static double[] Best(int rounds, params Action[] actions) => Array.ConvertAll(Measure(rounds, actions), list => list.Min());

    /// <summary>Prints a figure on a line of its own.</summary>
    public static void Report(string what, double value, string unit) =>
        Console.WriteLine($"{what,-72} {value,12:0.000} {unit}");

    private static List<double>[] Measure(int rounds, Action[] actions)
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

        return seconds;
    }
}
