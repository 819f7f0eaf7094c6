using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>The columns of the paper's table 2 for a file, and the values of any row.</summary>
internal sealed class TableColumns
{
    private readonly IReadOnlyList<EvaluatedRecord> records;
    private readonly List<(ReportColumn Column, string? Metric, Func<int, int, double> Value)> columns = [];
    private readonly EvaluationPlan plan;

    /// <param name="plan">The settings of the evaluation.</param>
    /// <param name="criterion">The measure of ranks.</param>
    /// <param name="records">The records.</param>
    /// <param name="ranks">The candidates' ranks by the ranking criterion for each record; empty if there are none.</param>
    /// <param name="fileScores">The scores of the file that every candidate has.</param>
    /// <param name="against">The models of the <c>≥X</c> columns.</param>
    public TableColumns(
        EvaluationPlan plan, RankingCriterion criterion, IReadOnlyList<EvaluatedRecord> records, int[][] ranks, string[] fileScores, string[] against)
    {
        (this.plan, this.records) = (plan, records);
        foreach (var metric in plan.Metrics)
        {
            columns.Add((new ReportColumn(metric.Name, "mean, computed here"), metric.Name, (r, i) => records[r].Finding.Metrics[metric.Name][i]));
        }

        foreach (var score in fileScores)
        {
            columns.Add((new ReportColumn(FileColumn(score), "mean of the file's own score"), null, (r, i) => records[r].FileScores[score][i]));
        }

        if (criterion.IsJudge)
        {
            AddJudge(criterion, ranks, against);
        }
    }

    /// <summary>The columns.</summary>
    public IReadOnlyList<ReportColumn> Columns => columns.ConvertAll(static column => column.Column);

    /// <summary>Remarks on the columns.</summary>
    public List<string> Notes { get; } = [];

    /// <summary>The column's name for a score of the file; distinguished from a computed metric with the same name.</summary>
    public string FileColumn(string score) => plan.Metrics.Any(metric => metric.Name == score) ? $"{score} (file)" : score;

    /// <summary>The values for one candidate of each record; a negative index is none.</summary>
    public Interval[] Of(int[] chosen, Bootstrap bootstrap) => [.. columns.Select(column => bootstrap.Mean(
        [.. chosen.Select((i, r) => i < 0 ? double.NaN : column.Value(r, i))]))];

    /// <summary>The values for blended answers; columns of a judge are empty.</summary>
    /// <param name="best">The best candidate of each record, used if the answer is not the fused text.</param>
    /// <param name="bootstrap">Computes the confidence intervals.</param>
    public Interval[] OfBlend(int[] best, Bootstrap bootstrap) => [.. columns.Select(column =>
    {
        if (column.Metric is null)
        {
            return Interval.None;
        }

        return bootstrap.Mean([.. best.Select((i, r) =>
            records[r].Finding.Blend is { IsFused: true } blend ? blend.Metrics[column.Metric] : column.Value(r, i))]);
    })];

    private void AddJudge(RankingCriterion criterion, int[][] ranks, string[] against)
    {
        double Ranked(int r, int i, Func<int, double> value) => ranks[r].Length == 0 ? double.NaN : value(ranks[r][i]);
        var rank = criterion.IsVerdicts ? criterion.Name : "rank";
        columns.Add((new ReportColumn(rank, $"mean rank by {criterion.Name}, ties share the smallest", LowerIsBetter: true), null, (r, i) => Ranked(r, i, static rank => rank)));
        foreach (var name in against)
        {
            columns.Add((new ReportColumn($"≥{name}", "wins or ties against it", IsShare: true), null, Versus(criterion, name, isStrict: false)));
            if (criterion.IsVerdicts)
            {
                columns.Add((new ReportColumn($"≥{name} strict", "wins, or both are good", IsShare: true), null, Versus(criterion, name, isStrict: true)));
            }
        }

        foreach (var k in new[] { 1, 3 })
        {
            columns.Add((new ReportColumn($"top-{k}", $"rank at most {k}", IsShare: true), null, (r, i) => Ranked(r, i, rank => rank <= k ? 1 : 0)));
        }

        if (against.Length > 0)
        {
            Notes.Add(criterion.IsVerdicts
                ? "≥X: by the judge's own verdict on the two the row's answer is better, or both are the same good or bad, or it is X's own. "
                    + "Strict leaves \"same bad\" out. The paper's figures seem to count X's own answer as a loss."
                : $"≥X: the row's answer has at least X's {criterion.Name}, or is X's own.");
        }
    }

    private Func<int, int, double> Versus(RankingCriterion criterion, string name, bool isStrict) => (r, i) =>
        Array.IndexOf(records[r].Models, name) is >= 0 and var other && criterion.WinsOrTies(records[r], i, other, isStrict) is { } holds
            ? holds ? 1 : 0
            : double.NaN;
}
