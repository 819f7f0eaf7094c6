using LLMBlender.Evaluation.Datasets.Preferences;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Reports;

/// <summary>The measure of ranks: a judge's verdicts, a score of the file that replaces a judge, or the first metric. Without metrics, a file's preferences are the judge.</summary>
internal sealed class RankingCriterion
{
    private readonly Func<EvaluatedRecord, double[]?> scores;

    private RankingCriterion(string name, Func<EvaluatedRecord, double[]?> scores) => (Name, this.scores) = (name, scores);

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>Whether it is a judge.</summary>
    public bool IsJudge => IsVerdicts || Score is not null;

    /// <summary>Whether it consists of verdicts on pairs.</summary>
    public bool IsVerdicts { get; private init; }

    /// <summary>The score of the file; null if it is not a score.</summary>
    public string? Score { get; private init; }

    /// <summary>Creates the criterion given by a plan.</summary>
    /// <exception cref="UsageException">No record contains the required verdicts or score.</exception>
    public static RankingCriterion Of(EvaluationPlan plan, IReadOnlyList<EvaluatedRecord> records)
    {
        var verdicts = new RankingCriterion("GPT-Rank", static record => record.Judged?.Scores()) { IsVerdicts = true };
        if (plan.Judge is EvaluationPlan.FromVerdicts or null && records.Any(static record => record.Judged is not null))
        {
            return verdicts;
        }

        if (plan.Judge is EvaluationPlan.FromVerdicts)
        {
            throw new UsageException($"--judge {EvaluationPlan.FromVerdicts}: no record has verdicts on all of its pairs");
        }

        if (plan.Judge is { } name)
        {
            return records.Any(record => record.FileScores.ContainsKey(name))
                ? new RankingCriterion(name, record => record.FileScores.GetValueOrDefault(name)) { Score = name }
                : throw new UsageException($"--judge {name}: no record has this score for all of its candidates");
        }

        if (plan.Metrics.Count == 0 && records.Any(static record => record.FileScores.ContainsKey(PreferenceSet.Preference)))
        {
            return new RankingCriterion(PreferenceSet.Preference, static record => record.FileScores.GetValueOrDefault(PreferenceSet.Preference)) { Score = PreferenceSet.Preference };
        }

        var metric = plan.Metrics.Count > 0 ? plan.Metrics[0].Name : null;
        return new RankingCriterion(metric ?? "nothing", record => metric is null ? null : record.Finding.Metrics.GetValueOrDefault(metric));
    }

    /// <summary>A record's scores, higher is better; null if it has none.</summary>
    public double[]? Of(EvaluatedRecord record) => scores(record);

    /// <summary>Whether a candidate wins or ties against another; null if unknown.</summary>
    public bool? WinsOrTies(EvaluatedRecord record, int candidate, int against, bool isStrict) => IsVerdicts
        ? record.Judged?.WinsOrTies(candidate, against, isStrict)
        : Of(record) is { } known ? known[candidate] >= known[against] : null;
}
