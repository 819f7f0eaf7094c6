using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using LLMBlender.Cli;
using LLMBlender.Cli.Show;
using LLMBlender.Core.Evaluation;
using LLMBlender.Core.Fusion;
using LLMBlender.Core.Ranking;
using LLMBlender.Evaluation;
using LLMBlender.Evaluation.Reports;
using LLMBlender.Evaluation.Runs;
using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Benchmarks;

/// <summary>
/// The share of an evaluation's time that the model takes: reading, metrics, noting every record, tables with their intervals and the reports
/// are the rest.
/// </summary>
internal static class EvaluateBenchmark
{
    public static async Task RunAsync(string model, int records, int candidates, string scratch)
    {
        var file = Path.Combine(scratch, "records.jsonl");
        WriteRecords(file, records, candidates);
        var watch = new Stopwatch();
        long compared = 0;
        var terminal = new Terminal(Stream.Null, Stream.Null, Console.OpenStandardError());
        var report = new ReportFiles(Path.Combine(scratch, "report.md"), Path.Combine(scratch, "report.json"), Path.Combine(scratch, "report.html"));
        var evaluator = new Evaluator(
            new RunConsole(terminal), file, report, null, made => new TerminalReport(ConsoleOutput.Create(terminal.Out, isTerminal: false, terminal)).Write(made))
        {
            Wrap = ranker => new TimedRanker(ranker, watch, pairs => compared += pairs),
        };
        using var plan = new EvaluationPlan(
            [TextMetrics.Rouge1, TextMetrics.Rouge2, TextMetrics.RougeL, TextMetrics.Bleu, TextMetrics.ChrF],
            [new RandomRanker(42), new LongestRanker()],
            null,
            [],
            42,
            Bootstrap.DefaultResamples);
        var start = Stopwatch.GetTimestamp();
        var isComplete = await evaluator.RunAsync(
            plan, () => new EvaluatedModels(ModelRankers.Load(model, new PairRankerOptions()), new SelectFuser()), new BlendOptions(FusionRequest.DefaultTopK, IsGuarded: true), "", CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n{records} records of {candidates} candidates, {(isComplete ? "all evaluated" : "some failed")}"));
        Timing.Report("whole evaluation", seconds, "s");
        Timing.Report("comparisons", compared / seconds, "pairs/s");
        Timing.Report("share of time in the model", watch.Elapsed.TotalSeconds / seconds, "");
    }

    private static void WriteRecords(string file, int records, int candidates)
    {
        using var writer = new StreamWriter(file);
        var number = 0;
        foreach (var (source, texts) in SkewedTexts.Records(records, candidates))
        {
            writer.WriteLine(JsonSerializer.Serialize(new
            {
                id = number++,
                instruction = source,
                output = texts[0],
                candidates = texts.Select((text, i) => new { model = $"m{i}", text }),
            }));
        }
    }

    /// <summary>A ranker whose calls are timed.</summary>
    private sealed class TimedRanker(IPairRanker ranker, Stopwatch watch, Action<int> compared) : IPairRanker
    {
        public IPairRecord Encode(string source, IReadOnlyList<string> candidates) => ranker.Encode(source, candidates);

        public long Compare(ReadOnlySpan<RecordPair> pairs, Span<float> logits, Action<int>? completed = null, CancellationToken cancellationToken = default)
        {
            watch.Start();
            var computed = ranker.Compare(pairs, logits, completed, cancellationToken);
            watch.Stop();
            compared(pairs.Length);
            return computed;
        }

        public void Dispose() => ranker.Dispose();
    }
}
