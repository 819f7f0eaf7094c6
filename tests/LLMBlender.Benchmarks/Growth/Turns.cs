namespace LLMBlender.Benchmarks.Growth;

/// <summary>Measures things turn by turn: each round measures all of them, and every second round in the opposite order, so that what else the machine does troubles all alike.</summary>
internal static class Turns
{
    /// <summary>What each thing took in each round; a first round does not count.</summary>
    /// <param name="things">What is measured.</param>
    /// <param name="rounds">How often.</param>
    /// <param name="prepare">Makes the work of a round, the same for all.</param>
    /// <param name="once">Does it.</param>
    public static async Task<Spent[][]> MeasureAsync<TThing, TWork>(IReadOnlyList<TThing> things, int rounds, Func<TWork> prepare, Func<TThing, TWork, Task<Spent>> once)
    {
        var spent = things.Select(_ => new Spent[rounds]).ToArray();
        for (var round = -1; round < rounds; round++)
        {
            var work = prepare();
            for (var turn = 0; turn < things.Count; turn++)
            {
                var i = round % 2 == 0 ? turn : things.Count - 1 - turn;
                var one = await once(things[i], work);
                if (round >= 0)
                {
                    spent[i][round] = one;
                }
            }
        }

        return spent;
    }

    /// <summary>The median of the rounds, with the least and the greatest.</summary>
    /// <param name="place">Where on the horizontal axis.</param>
    /// <param name="values">A value a round.</param>
    public static CurveChart.Point Point(int place, IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return new(place, sorted[sorted.Length / 2], sorted[0], sorted[^1]);
    }
}

/// <summary>What one measurement took.</summary>
/// <param name="Wall">Seconds by the clock.</param>
/// <param name="Processor">Seconds that processors were kept busy.</param>
/// <param name="Rankings">How many rankings were made.</param>
internal readonly record struct Spent(double Wall, double Processor, int Rankings)
{
    /// <summary>Milliseconds of a ranking, by the clock.</summary>
    public double Milliseconds => Wall / Rankings * 1000;

    /// <summary>Milliseconds of a ranking that a processor was busy.</summary>
    public double ProcessorMilliseconds => Processor / Rankings * 1000;

    /// <summary>Rankings a second.</summary>
    public double Rate => Rankings / Wall;
}
