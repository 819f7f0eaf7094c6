using LLMBlender.Inference.PairRanker;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Benchmarks;

/// <summary>The best of eleven answers: the default ranker beside a small PairRanker by the full matrix, text to logits.</summary>
internal static class ChoiceBenchmark
{
    private const int Answers = 11;
    private const int Sets = 8;

    public static void Run(string model, string beside)
    {
        using var ranker = ModelRankers.Load(model, new PairRankerOptions());
        using var pairwise = ModelRankers.Load(beside, new PairRankerOptions());
        var records = SkewedTexts.Records(Sets, Answers);
        var times = Timing.Medians(7, () => Compare(ranker, records), () => Compare(pairwise, records));

        Timing.Report($"{ranker.Manifest.Id}: best of {Answers}", times[0] / Sets * 1000, "ms");
        Timing.Report($"{pairwise.Manifest.Id}: best of {Answers}, full matrix", times[1] / Sets * 1000, "ms");
        Timing.Report("  ratio (at most 1.5)", times[0] / times[1], "");
    }

    private static void Compare(IModelRanker ranker, IReadOnlyList<(string Source, string[] Candidates)> records)
    {
        RecordPair[] pairs =
        [
            .. records.Select(record => ranker.Encode(record.Source, record.Candidates)).SelectMany(record => Enumerable.Range(0, Answers * Answers)
                .Where(place => place / Answers != place % Answers)
                .Select(place => new RecordPair(record, place / Answers, place % Answers))),
        ];
        ranker.Compare(pairs, new float[pairs.Length]);
    }
}
