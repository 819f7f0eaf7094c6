using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Compares chosen candidates with the answers of the best single model, record by record.</summary>
/// <param name="records">The records.</param>
/// <param name="judgeRanks">The candidates' ranks by the ranking criterion; empty if it does not rank a record.</param>
/// <param name="bootstrap">Computes the confidence intervals.</param>
/// <param name="criterion">The measure of ranks.</param>
/// <param name="model">The best single model.</param>
/// <param name="quality">The ranking criterion's value of a record's candidate.</param>
internal sealed class BestModelDifferences(
    IReadOnlyList<EvaluatedRecord> records, int[][] judgeRanks, Bootstrap bootstrap, RankingCriterion criterion, string model, Func<int, int, double> quality)
{
    private readonly int[] models = [.. records.Select(record => Array.IndexOf(record.Models, model))];

    /// <summary>Returns the row of a choice.</summary>
    /// <param name="name">The ranker or aggregation that chooses.</param>
    /// <param name="chosen">The candidate chosen for each record; negative for none.</param>
    public DifferenceRow Of(string name, int[] chosen) => new(
        name,
        Mean(chosen, (r, choice, _) => quality(r, choice)),
        Mean(chosen, (r, choice, other) => quality(r, choice) - quality(r, other)),
        Mean(chosen, (r, choice, other) => judgeRanks[r].Length == 0 ? double.NaN : judgeRanks[r][choice] - judgeRanks[r][other]),
        Mean(chosen, (r, choice, other) => judgeRanks[r].Length == 0 ? double.NaN : (1 + Math.Sign(judgeRanks[r][other] - judgeRanks[r][choice])) / 2.0));

    /// <summary>Says in one sentence whether the ranker's choice is better than the best single model.</summary>
    /// <param name="ranker">The ranker's name.</param>
    /// <param name="chosen">Its choice for each record.</param>
    public string Sentence(string ranker, int[] chosen)
    {
        var row = Of(ranker, chosen);
        if (!row.Difference.IsThere)
        {
            return $"Nothing ranks these candidates, so that {ranker} can't be compared with a single model.";
        }

        var isLowBetter = criterion.IsVerdicts;
        var (low, high) = isLowBetter ? (-row.Difference.High, -row.Difference.Low) : (row.Difference.Low, row.Difference.High);
        var measure = isLowBetter ? $"mean rank by {criterion.Name}" : criterion.Name;
        var figures = $"{measure} {Figures.Number(row.Quality.Value)}, difference {Figures.Signed(row.Difference)}, {row.Difference.Count} records";
        return low > 0
            ? $"What {ranker} chooses is better than the best single model, {model}: {figures}."
            : high < 0
                ? $"What {ranker} chooses is worse than the best single model, {model}: {figures}."
                : $"No difference is shown between what {ranker} chooses and the best single model, {model}: {figures}.";
    }

    // The mean over the records that have the model's answer and a choice.
    private Interval Mean(int[] chosen, Func<int, int, int, double> value) => bootstrap.Mean(
        [.. chosen.Select((choice, r) => choice < 0 || models[r] < 0 ? double.NaN : value(r, choice, models[r]))]);
}
