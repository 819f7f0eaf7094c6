using System.Diagnostics;

namespace LLMBlender.Benchmarks;

/// <summary>Times things against each other in one run, turn by turn, so that a noisy machine troubles all alike.</summary>
internal static class Timing
{
    /// <summary>Median seconds of each action, after one warm-up round.</summary>
    public static double[] Medians(int rounds, params Action[] actions) =>
        Array.ConvertAll(Measure(rounds, actions), list => list.Select(time => time.Wall).Order().ElementAt(list.Count / 2));

    /// <summary>Least seconds of each action, after one warm-up round: what else runs on the machine only ever adds.</summary>
    public static double[] Best(int rounds, params Action[] actions) =>
        Array.ConvertAll(Measure(rounds, actions), list => list.Min(time => time.Wall));

    /// <summary>
    /// Least seconds of each action by the clock, and least seconds that it kept processors busy: the latter hardly depend
    /// on what else runs on the machine.
    /// </summary>
    public static (double Wall, double Processor)[] BestOfBoth(int rounds, params Action[] actions) =>
        Array.ConvertAll(Measure(rounds, actions), list => (list.Min(time => time.Wall), list.Min(time => time.Processor)));

    /// <summary>Prints a figure on a line of its own.</summary>
    public static void Report(string what, double value, string unit) =>
        Console.WriteLine($"{what,-72} {value,12:0.000} {unit}");

    private static List<(double Wall, double Processor)>[] Measure(int rounds, Action[] actions)
    {
        var seconds = actions.Select(_ => new List<(double Wall, double Processor)>()).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            for (var i = 0; i < actions.Length; i++)
            {
                var (start, busy) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
                actions[i]();
                if (round >= 0)
                {
                    seconds[i].Add((Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - busy).TotalSeconds));
                }
            }
        }

        return seconds;
    }
}
