using LLMBlender.Core.Evaluation;
using LLMBlender.Training.Evaluation;

namespace LLMBlender.Training.Fusion.Evaluation;

/// <summary>
/// chrF and ROUGE-L against the references, of the fused answers and of what they have to beat: the candidate that the ranker chooses,
/// the one that is closest to the reference by the metric itself (a choice that needs the reference), and the mean candidate;
/// and of the guarded answers, which are the ranker's candidate where it prefers that. Differences are taken record by record.
/// </summary>
internal static class FusionEvaluation
{
    private static readonly (string Name, Func<string, string, double> Score)[] Metrics =
        [("chrF", ChrF.Score), ("ROUGE-L", (hypothesis, reference) => 100 * RougeL.Score(hypothesis, reference, stem: false))];

    /// <summary>All findings, both metrics from 0 to 100, with bootstrap intervals.</summary>
    public static IEnumerable<Finding> Run(string data, IReadOnlyList<FusionOutcome> outcomes) =>
        Metrics.SelectMany(metric => Run(data, metric.Name, metric.Score, outcomes));

    private static IEnumerable<Finding> Run(
        string data, string name, Func<string, string, double> score, IReadOnlyList<FusionOutcome> outcomes)
    {
        Scores[] all = [.. outcomes.Select(outcome => Scores.Of(outcome, score))];
        bool ranked = outcomes[0].Choice is not null;
        yield return Of("fused", s => s.Fused);
        yield return Of("best candidate", s => s.Best);
        yield return Of("mean candidate", s => s.Mean);
        yield return Of("fused minus best candidate", s => s.Fused - s.Best);
        if (ranked)
        {
            yield return Of("ranker's candidate", s => s.Chosen);
            yield return Of("fused minus ranker's candidate", s => s.Fused - s.Chosen);
            yield return Of("guarded", s => s.Guarded);
            yield return Of("guarded minus ranker's candidate", s => s.Guarded - s.Chosen);
        }

        Finding Of(string part, Func<Scores, double> value) =>
            new(data, part, name, Estimate.Bootstrap([.. all.Select(s => (value(s), 1.0))]));
    }

    private sealed record Scores(double Fused, double Best, double Mean, double Chosen, double Guarded)
    {
        public static Scores Of(FusionOutcome outcome, Func<string, string, double> score)
        {
            string reference = outcome.Record.Reference;
            double[] candidates = [.. outcome.Record.Candidates.Select(candidate => score(candidate, reference))];
            return new Scores(
                score(outcome.Fused, reference),
                candidates.Max(),
                candidates.Average(),
                score(outcome.Choice?.Candidate ?? "", reference),
                score(outcome.Choice?.Guarded ?? "", reference));
        }
    }
}
