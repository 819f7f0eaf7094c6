using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Benchmarks;

/// <summary>
/// What each aggregation asks of a ranker, what it takes, and how often its choice is that of the full matrix: with a real ranker on
/// real records, and on simulated rankers of known noise.
/// </summary>
internal static class EngineBenchmark
{
    private static readonly double[] Confidences = [0.8, 0.9, 0.95, 0.98, 0.99];

    /// <param name="model">The ranker.</param>
    /// <param name="records">Records as JSON Lines; null for simulated rankers only.</param>
    /// <param name="score">Which score of a candidate is its quality, or null.</param>
    /// <param name="curves">An HTML file for the simulated rankers' curves, or null.</param>
    public static void Run(string model, string? records, string? score, string? curves)
    {
        var points = new List<EngineCurves.Point>();
        if (records is not null)
        {
            Report(Path.GetFileName(records), EngineClock.Run(model, records), score is null ? null : Qualities(records, score));
        }

        foreach (var count in (int[])[8, 16, 32, 64, 128])
        {
            foreach (var noise in (double[])[0.15, 0.3, 0.45])
            {
                Report(
                    $"simulated: {count} candidates, noise {noise} of the qualities' deviation",
                    [.. Simulated(count, noise, count > 32 ? 50 : 200)],
                    null,
                    (engine, share, best, rounds) => points.Add(new(engine, noise, count, share, best, rounds)));
            }
        }

        if (curves is not null)
        {
            File.WriteAllText(curves, EngineCurves.Html(points));
        }
    }

    private static void Report(
        string title, List<float[,]> matrices, List<double[]>? qualities, Action<string, double, double, double>? tell = null)
    {
        Console.WriteLine($"\n{title}: {matrices.Count} rankings");
        Console.WriteLine($"{"engine",-22}{"comparisons",12}{"share",8}{"most",7}{"rounds",8}{"most",6}{"same best",11}{"same top 3",12}{"quality of 3",14}{"engine ms",11}");
        Line("max-logits", n => new MaxLogits(n));
        Line("max-wins", n => new MaxWins(n));
        Line("bubble-sort", n => BubbleSort.WholeOrder(n));
        Line("bubble-sort best", n => BubbleSort.Best(n));
        Line("adaptive", n => new Adaptive(n));
        foreach (var confidence in Confidences)
        {
            Line($"adaptive best {confidence}", n => new Adaptive(n, 1, confidence));
        }

        foreach (var confidence in Confidences)
        {
            Line($"adaptive top 3 {confidence}", n => new Adaptive(n, 3, confidence, confidence));
        }

        void Line(string name, Func<int, RankingEngine> create)
        {
            var rankings = new CandidateRanking[matrices.Count];
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < rankings.Length; i++)
            {
                rankings[i] = Rank(create(matrices[i].GetLength(0)), matrices[i]);
            }

            var milliseconds = Stopwatch.GetElapsedTime(start).TotalMilliseconds / rankings.Length;
            var full = matrices.ConvertAll(matrix => Rank(new MaxLogits(matrix.GetLength(0)), matrix));
            var pairs = matrices.Average(matrix => (double)matrix.GetLength(0) * (matrix.GetLength(0) - 1));
            var comparisons = rankings.Average(ranking => ranking.Comparisons);
            var best = rankings.Zip(full, (a, b) => a.Best == b.Best ? 1.0 : 0).Average();
            var three = rankings.Zip(full, (a, b) => a.TopK(3).ToArray().Intersect(b.TopK(3).ToArray()).Count() / (double)a.TopK(3).Length).Average();
            tell?.Invoke(name, comparisons / pairs, best, rankings.Average(ranking => ranking.Rounds));
            var quality = qualities is null
                ? ""
                : rankings.Zip(qualities, (ranking, q) => ranking.TopK(3).ToArray().Average(i => q[i])).Average().ToString("0.0000", CultureInfo.InvariantCulture);
            Console.WriteLine(FormattableString.Invariant(
                $"{name,-22}{comparisons,12:0.0}{comparisons / pairs,8:0.000}{rankings.Max(r => r.Comparisons),7}{rankings.Average(r => r.Rounds),8:0.00}{rankings.Max(r => r.Rounds),6}{best,11:0.000}{three,12:0.000}{quality,14}{milliseconds,11:0.00}"));
        }
    }

    private static CandidateRanking Rank(RankingEngine engine, float[,] matrix)
    {
        while (!engine.IsSettled)
        {
            foreach (var pair in engine.NextPairs())
            {
                engine.Record(pair, matrix[pair.First, pair.Second]);
            }
        }

        return engine.Rank();
    }

    private static List<double[]> Qualities(string file, string score) =>
        [.. File.ReadLines(file).Select(line =>
        {
            using var record = JsonDocument.Parse(line);
            return record.RootElement.GetProperty("candidates").EnumerateArray()
                .Select(candidate => candidate.GetProperty("scores").GetProperty(score).GetDouble()).ToArray();
        })];

    // Qualities of deviation 1, a side bias, and noise half of which turns with the sides.
    internal static IEnumerable<float[,]> Simulated(int count, double noise, int rankings)
    {
        var random = new Random(count);
        double Gauss() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        for (var r = 0; r < rankings; r++)
        {
            var quality = Enumerable.Range(0, count).Select(_ => Gauss()).ToArray();
            var bias = 0.3 * Gauss();
            var matrix = new float[count, count];
            for (var i = 0; i < count; i++)
            {
                for (var j = 0; j < count; j++)
                {
                    matrix[i, j] = i == j ? 0 : (float)(quality[i] - quality[j] + bias + (noise * Gauss()));
                }
            }

            yield return matrix;
        }
    }
}
