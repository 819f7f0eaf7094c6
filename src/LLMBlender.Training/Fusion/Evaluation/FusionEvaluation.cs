using LLMBlender.Core.Evaluation;
using LLMBlender.Training.Evaluation;

namespace LLMBlender.Training.Fusion.Evaluation;

/// <summary>
/// chrF and ROUGE-L against the references, of the fused answers and of what they have to beat: the candidate that the ranker chooses,
/// the one that is closest to the reference by the metric itself (which nobody could choose without knowing it), and the mean candidate.
/// Differences are taken record by record.
/// </summary>
internal static class FusionEvaluation
{
    private static readonly (string Name, Func<string, string, double> Score)[] Metrics =
        [("chrF", ChrF.Score), ("ROUGE-L", (hypothesis, reference) => 100 * RougeL.Score(hypothesis, reference))];

    /// <summary>All findings, both metrics from 0 to 100, with bootstrap intervals.</summary>
    public static IEnumerable<Finding> Run(string data, IReadOnlyList<FusionOutcome> outcomes) =>
        Metrics.SelectMany(metric => Run(data, metric.Name, metric.Score, outcomes));

    private static IEnumerable<Finding> Run(
        string data, string name, Func<string, string, double> score, IReadOnlyList<FusionOutcome> outcomes)
    {
        Scores[] all = [.. outcomes.Select(outcome => Scores.Of(outcome, score))];
        yield return Of("fused", s => s.Fused);
        if (all[0].Chosen is not null)
        {
            yield return Of("ranker's candidate", s => s.Chosen!.Value);
        }

        yield return Of("best candidate", s => s.Best);
        yield return Of("mean candidate", s => s.Mean);
        if (all[0].Chosen is not null)
        {
            yield return Of("fused minus ranker's candidate", s => s.Fused - s.Chosen!.Value);
        }

        yield return Of("fused minus best candidate", s => s.Fused - s.Best);

        Finding Of(string part, Func<Scores, double> value) =>
            new(data, part, name, Estimate.Bootstrap([.. all.Select(s => (value(s), 1.0))]));
    }

    private sealed record Scores(double Fused, double? Chosen, double Best, double Mean)
    {
        public static Scores Of(FusionOutcome outcome, Func<string, string, double> score)
        {
            string reference = outcome.Record.Reference;
            double[] candidates = [.. outcome.Record.Candidates.Select(candidate => score(candidate, reference))];
            return new Scores(
                score(outcome.Fused, reference),
                outcome.Chosen is null ? null : score(outcome.Chosen, reference),
                candidates.Max(),
                candidates.Average());
        }
    }
}
