using System.Diagnostics;
using LLMBlender.Inference.Batching;
using LLMBlender.Inference.Models;
using LLMBlender.Inference.Onnx;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Inference.Sessions;

namespace LLMBlender.Benchmarks;

/// <summary>
/// The whole path, text to logits, against ONNX Runtime alone on the same token batches; packed batches against one pair
/// at a time; int8 against fp32; the useful share of computed tokens. On texts of skewed lengths, ten candidates a record.
/// </summary>
internal static class PathBenchmark
{
    /// <summary>Pairs of three parts of this many tokens each, as they are in <see cref="RunEqual"/>.</summary>
    private const int PartTokens = 128;

    /// <summary>On texts of skewed lengths, six records of ten candidates.</summary>
    public static void Run(string model, string scratch) => Run(model, scratch, new PairRankerOptions(), SkewedTexts.Records(count: 6, candidates: 10));

    /// <summary>On texts that fill pairs of 384 tokens, one record, for models that are too large for more.</summary>
    public static void RunEqual(string model, string scratch, int candidates)
    {
        var text = string.Join(' ', Enumerable.Repeat("what is the best of all", PartTokens));
        Run(
            model,
            scratch,
            new PairRankerOptions { SourceMaxLength = PartTokens, CandidateMaxLength = PartTokens },
            [(text, [.. Enumerable.Range(0, candidates).Select(i => $"{i} {text}")])]);
    }

    private static void Run(string model, string scratch, PairRankerOptions options, IReadOnlyList<(string Source, string[] Candidates)> records)
    {
        var int8 = Path.Combine(scratch, "int8");
        ModelImport.Import(model, int8, Precision.Int8);
        using var ranker = PairRankerModel.Load(model, options);
        using var quantised = PairRankerModel.Load(int8, options);
        using var bare = new OnnxSession(Path.Combine(model, ModelFolder.GraphFile), Accelerator.Cpu, options.Threads);
        using var bound = new BoundRun(bare, "logits");

        var encoded = records.Select(record => ranker.Encode(record.Source, record.Candidates)).ToArray();
        var comparisons = encoded.SelectMany(Pairs).ToArray();
        var batches = Batches(ranker, comparisons, options.EffectiveBatchTokens, out var plan);
        var logits = new float[comparisons.Length];

        var seconds = Timing.BestOfBoth(
            5,
            () => TextToLogits(ranker, records, logits),
            () => batches.ForEach(batch => batch.Run(bare)),
            () => OneAtATime(ranker, comparisons, logits),
            () => TextToLogits(quantised, records, logits),
            () => batches.ForEach(batch => batch.Run(bound)));

        Console.WriteLine($"\n{Path.GetFileName(model)}: {comparisons.Length} pairs, {plan.UsefulTokens} tokens, {plan.Count} batches");
        Timing.Report("useful share of computed tokens", (double)plan.UsefulTokens / plan.ComputedTokens, "");
        Timing.Report("whole path, text to logits", comparisons.Length / seconds[0].Wall, "pairs/s");
        Timing.Report("whole path / ONNX Runtime alone on the same batches", seconds[1].Wall / seconds[0].Wall, "x");
        Timing.Report("whole path / ONNX Runtime alone on the same batches, by processor time", seconds[1].Processor / seconds[0].Processor, "x");
        Timing.Report("the same batches bound to reused memory / ONNX Runtime alone", seconds[1].Wall / seconds[4].Wall, "x");
        Timing.Report("packed batches / one pair at a time", seconds[2].Wall / seconds[0].Wall, "x");
        Timing.Report("int8 / fp32", seconds[0].Wall / seconds[3].Wall, "x");
    }

    /// <summary>Seconds from the start of loading to the first logit, in this process, which has loaded one before.</summary>
    public static void Load(string model)
    {
        var start = Stopwatch.GetTimestamp();
        using var ranker = PairRankerModel.Load(model);
        var loaded = Stopwatch.GetElapsedTime(start);
        var logit = new float[1];
        ranker.Compare([new Comparison(ranker.Encode("What is two and two?", ["Four.", "A number."]), 0, 1)], logit);
        Timing.Report("load", loaded.TotalMilliseconds, "ms");
        Timing.Report("load to first logit", Stopwatch.GetElapsedTime(start).TotalMilliseconds, "ms");
    }

    private static IEnumerable<Comparison> Pairs(EncodedRecord record) =>
        from first in Enumerable.Range(0, record.CandidateCount)
        from second in Enumerable.Range(0, record.CandidateCount)
        where first != second
        select new Comparison(record, first, second);

    private static void TextToLogits(
        PairRankerModel ranker, IReadOnlyList<(string Source, string[] Candidates)> records, float[] logits)
    {
        var comparisons = records.SelectMany(record => Pairs(ranker.Encode(record.Source, record.Candidates))).ToArray();
        ranker.Compare(comparisons, logits);
    }

    private static void OneAtATime(PairRankerModel ranker, Comparison[] comparisons, float[] logits)
    {
        for (var i = 0; i < comparisons.Length; i++)
        {
            ranker.Compare(comparisons.AsSpan(i, 1), logits.AsSpan(i, 1));
        }
    }

    private static List<TokenBatch> Batches(PairRankerModel ranker, Comparison[] comparisons, int budget, out BatchPlan plan)
    {
        plan = BatchPlan.For(comparisons.Select(pair => pair.Record.PairLength(pair.First, pair.Second)).ToArray(), budget);
        var batches = new List<TokenBatch>();
        for (var b = 0; b < plan.Count; b++)
        {
            var members = plan.Members(b);
            var length = plan.Length(b);
            var batch = new TokenBatch(new int[members.Length * length], new int[members.Length * length], new long[3 * members.Length], length);
            for (var row = 0; row < members.Length; row++)
            {
                var (record, first, second) = comparisons[members[row]];
                var used = record.PairLength(first, second);
                PairLayout.Write(ranker.Manifest.Tokens!, record, first, second, batch.Ids.AsSpan(row * length, used), batch.Markers.AsSpan(3 * row, 3));
                batch.Mask.AsSpan(row * length, used).Fill(1);
            }

            batches.Add(batch);
        }

        return batches;
    }
}
