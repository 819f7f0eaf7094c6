using System.Diagnostics;
using System.Globalization;
using LLMBlender.Inference.Encoder;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.TestKit;

namespace LLMBlender.Benchmarks;

/// <summary>
/// A full machine: the models of one process at once, and several requests of one model, beside the same work one after the other; and the memory of the process before, at and after a peak.
/// </summary>
internal static class LoadBenchmark
{
    private const int PeakTokens = 640;
    private const int PeakRows = 8;
    private const int UsualRuns = 300;

    /// <param name="scratch">Receives models.</param>
    /// <param name="rounds">How often both are measured, turn by turn.</param>
    public static void Run(TemporaryFolder scratch, int rounds)
    {
        var int8 = ModelImport.Import(MiniRanker.Folder, scratch.File("int8"), Precision.Int8).Path;
        using var first = PairRankerModel.Load(MiniRanker.Folder);
        using var second = PairRankerModel.Load(int8);
        using var reward = RewardModel.Load(Repository.File("models", "reward-minilm"));
        var records = SkewedTexts.Records(count: 2, candidates: 6);
        var comparisons = records.Select(record => first.Encode(record.Source, record.Candidates)).SelectMany(Pairs).ToArray();
        var rows = records.SelectMany(record => record.Candidates.Select(candidate => reward.Encode(record.Source, candidate))).ToArray();
        Action[] work =
        [
            () => first.Compare(comparisons, new float[comparisons.Length]),
            () => second.Compare(comparisons, new float[comparisons.Length]),
            () => reward.Score(rows),
        ];

        // First, because many requests at once are a peak too.
        ReportMemory(first, second);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{Environment.ProcessorCount} processors, {rounds} rounds turn by turn; medians of the rounds' ratios, and by least processor time"));
        Compare($"{work.Length} models at once / one after the other", rounds, Repeat(work));
        foreach (var requests in (int[])[2, 4, 8])
        {
            Compare($"{requests} requests of a model at once / one after the other", rounds, [.. Enumerable.Repeat(work[0], requests)]);
        }
    }

    // As often as makes each take about as long as the slowest.
    private static Action[] Repeat(Action[] work)
    {
        var seconds = Timing.Best(2, work);
        return [.. work.Select((action, i) => (Action)(() =>
        {
            for (var n = 0; n < Math.Max(1, (int)Math.Round(seconds.Max() / seconds[i])); n++)
            {
                action();
            }
        }))];
    }

    private static void Compare(string what, int rounds, Action[] work)
    {
        List<(double Wall, double Processor)> alone = [], together = [];
        for (var round = -1; round < rounds; round++)
        {
            var (one, many) = (Measure(() => Array.ForEach(work, action => action())), Measure(() => AtOnce(work)));
            if (round >= 0)
            {
                alone.Add(one);
                together.Add(many);
            }
        }

        Timing.Report(what, alone.Zip(together, (one, many) => one.Wall / many.Wall).Order().ElementAt(rounds / 2), "x");
        Timing.Report($"{what}, by processor time", alone.Min(one => one.Processor) / together.Min(many => many.Processor), "x");
    }

    private static (double Wall, double Processor) Measure(Action action)
    {
        var (start, busy) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        action();
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - busy).TotalSeconds);
    }

    private static void AtOnce(Action[] work)
    {
        var threads = Array.ConvertAll(work, action => new Thread(() => action()));
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
    }

    private static void ReportMemory(params PairRankerModel[] models)
    {
        static double Resident()
        {
            GC.Collect();
            return Environment.WorkingSet / (double)(1 << 20);
        }

        Timing.Report("resident memory before a peak", Resident(), "MiB");
        var words = string.Join(' ', Enumerable.Repeat("word", PeakTokens));
        foreach (var model in models)
        {
            var record = model.Encode(words, [words, words, words, words]);
            var pairs = Pairs(record).Take(PeakRows).ToArray();
            model.Compare(pairs, new float[pairs.Length]);
        }

        Timing.Report("after a peak of each ranker", Resident(), "MiB");
        var small = models[0].Encode("What is it?", ["This.", "That."]);
        for (var i = 0; i < UsualRuns; i++)
        {
            models[0].Compare([new Comparison(small, 0, 1)], new float[1]);
        }

        Timing.Report($"{UsualRuns} small runs later", Resident(), "MiB");
    }

    private static IEnumerable<Comparison> Pairs(EncodedRecord record) =>
        from first in Enumerable.Range(0, record.CandidateCount)
        from second in Enumerable.Range(0, record.CandidateCount)
        where first != second
        select new Comparison(record, first, second);
}
