using System.Globalization;
using System.Text.Json;
using LLMBlender.Core.Ranking;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Benchmarks;

/// <summary>
/// How few comparisons find the candidate that all of them find, on recorded matrices: the aggregations, alone and with what is known of the candidates before; and
/// what a pass of the model that knows it costs beside a comparison.
/// </summary>
internal static class FewerBenchmark
{
    /// <param name="file">Records as JSON Lines.</param>
    /// <param name="matrices">What <c>rank --matrix</c> wrote for them with the ranker.</param>
    /// <param name="scores">What <c>rank</c> wrote for them with the model that scores each candidate alone; null for none.</param>
    public static void Run(string file, string matrices, string? scores)
    {
        var texts = Read(file, static record => Each(record.GetProperty("candidates"), static candidate => candidate.GetProperty("text").GetString()!));
        var logits = Read(matrices, static record => Each(record.GetProperty("matrix"), static row => Each(row, static cell => cell.GetSingle())));
        var told = scores is null ? null : Read(scores, static record => Each(record.GetProperty("scores"), static score => score.GetDouble()));
        if (texts.Length != logits.Length || (told is not null && told.Length != texts.Length))
        {
            throw new InvalidDataException($"{file} has {texts.Length} records, {matrices} {logits.Length} and {scores} {told?.Length}: they must belong together");
        }

        var agreements = Array.ConvertAll(texts, static candidates => Consensus.Of(candidates));
        Console.WriteLine($"{Path.GetFileName(file)}: {texts.Length} rankings of {logits.Average(static matrix => matrix.Length):0.#} candidates, {logits.Average(static matrix => matrix.Length * (matrix.Length - 1.0)):0.#} comparisons in full");
        Console.WriteLine($"{"",-44}{"comparisons",12}{"most",6}{"rounds",8}{"same best",11}{"95 %",18}{"same top 3",12}");
        foreach (var rounds in (int[])[2, 3, 5])
        {
            Line(logits, $"swiss, {rounds} rounds in both orders", r => Swiss(logits[r], rounds));
        }

        Line(logits, "knockout (bubble-best)", r => Played.By(BubbleSort.Best(logits[r].Length), logits[r]));
        Line(logits, "knockout, seeded by consensus", r => Played.By(BubbleSort.Best(logits[r].Length, Ascending(agreements[r])), logits[r]));
        Line(logits, "adaptive, nothing known", r => Played.By(new Adaptive(logits[r].Length), logits[r]));
        Line(logits, "adaptive, consensus (as the program does)", r => Played.By(new Adaptive(logits[r].Length, expectations: [agreements[r]]), logits[r]));
        Line(logits, "adaptive-best, nothing known", r => Played.By(Adaptive.Best(logits[r].Length), logits[r]));
        Line(logits, "adaptive-best, consensus (as the program does)", r => Played.By(Adaptive.Best(logits[r].Length, [agreements[r]]), logits[r]));
        if (told is not null)
        {
            Line(logits, "adaptive, consensus and a prior", r => Played.By(new Adaptive(logits[r].Length, expectations: [told[r], agreements[r]]), logits[r]));
            Line(logits, "adaptive-best, a prior", r => Played.By(Adaptive.Best(logits[r].Length, [told[r]]), logits[r]));
            Line(logits, "adaptive-best, consensus and a prior", r => Played.By(Adaptive.Best(logits[r].Length, [told[r], agreements[r]]), logits[r]));
            Line(logits, "the prior's best alone", r => Played.By(Adaptive.Best(1), [[0]]) with { Best = Array.IndexOf(told[r], told[r].Max()) });
        }
    }

    /// <summary>What N passes of a model that scores each candidate alone cost, in comparisons of a pair ranker, text to logits.</summary>
    /// <param name="prior">The model that scores.</param>
    /// <param name="ranker">The pair ranker.</param>
    public static void Passes(string prior, string ranker)
    {
        using var scorer = ModelRankers.Load(prior, new PairRankerOptions { Threads = 1 });
        using var pairwise = ModelRankers.Load(ranker, new PairRankerOptions { Threads = 1 });
        var (source, candidates) = SkewedTexts.Records(1, 11)[0];
        const int Pairs = 4;
        var times = Timing.Best(
            5,
            () => Compare(scorer, scorer.Encode(source, candidates), candidates.Length - 1),
            () => Compare(pairwise, pairwise.Encode(source, candidates), Pairs));
        Timing.Report($"{candidates.Length} passes of {scorer.Manifest.Id}, in comparisons of {pairwise.Manifest.Id}", times[0] / (times[1] / Pairs), "");
    }

    private static void Compare(IModelRanker ranker, IPairRecord record, int pairs) =>
        ranker.Compare([.. Enumerable.Range(1, pairs).Select(other => new RecordPair(record, other, 0))], new float[pairs]);

    private static void Line(float[][][] logits, string name, Func<int, Played> play)
    {
        var full = Array.ConvertAll(logits, static matrix => Played.By(new MaxLogits(matrix.Length), matrix));
        Played[] played = [.. Enumerable.Range(0, logits.Length).Select(play)];
        var same = played.Zip(full, static (a, b) => a.Best == b.Best).Count(static equal => equal);
        var (low, high) = Share.Interval(same, played.Length);
        var three = played.Zip(full, static (a, b) => a.Three.Intersect(b.Three).Count() / 3.0).Average();
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-48}{played.Average(static one => one.Comparisons),8:0.0}{played.Max(static one => one.Comparisons),6}{played.Average(static one => one.Rounds),8:0.00}{(double)same / played.Length,11:0.0000}{$"[{low:0.000}, {high:0.000}]",18}{three,12:0.000}"));
    }

    // Neighbours in the order of their mean advantage so far that have not met, in both orders.
    private static Played Swiss(float[][] matrix, int rounds)
    {
        var n = matrix.Length;
        var (sums, met, comparisons) = (new double[n], new HashSet<(int, int)>(), 0);
        int[] Order() => [.. Enumerable.Range(0, n).OrderByDescending(i => sums[i] / Math.Max(1, met.Count(pair => pair.Item1 == i)))];
        for (var round = 0; round < rounds; round++)
        {
            var free = Order().ToList();
            while (free.Count > 1)
            {
                var first = free[0];
                free.RemoveAt(0);
                var place = free.FindIndex(other => !met.Contains((first, other)));
                if (place < 0)
                {
                    continue;
                }

                var second = free[place];
                free.RemoveAt(place);
                met.UnionWith([(first, second), (second, first)]);
                var advantage = matrix[first][second] - matrix[second][first];
                (sums[first], sums[second], comparisons) = (sums[first] + advantage, sums[second] - advantage, comparisons + 2);
            }
        }

        var order = Order();
        return new Played(order[0], order[..Math.Min(3, n)], comparisons, rounds);
    }

    private static int[] Ascending(double[] seeds) => [.. Enumerable.Range(0, seeds.Length).OrderBy(i => seeds[i])];

    private static T[] Read<T>(string file, Func<JsonElement, T> take) =>
        [.. File.ReadLines(file).Select(line =>
        {
            using var record = JsonDocument.Parse(line);
            return take(record.RootElement);
        })];

    private static T[] Each<T>(JsonElement array, Func<JsonElement, T> take) => [.. array.EnumerateArray().Select(take)];
}
