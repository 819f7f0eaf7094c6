using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Arranges a report's values as tables.</summary>
internal static class ReportTables
{
    private static readonly (string Kind, string Title)[] Kinds =
    [
        ("model", "Models"), ("oracle", "Oracles: the best candidate by the named metric"), ("ranker", "Rankers"),
        ("pair-ranker", "The pair ranker under each aggregation"), ("blend", "The blend"),
    ];

    /// <summary>Models, rankers, oracles and the blend: the paper's table 2.</summary>
    public static ReportTable Results(EvaluationReport report) => new(
        "results",
        "Models, rankers, oracles, the blend",
        "",
        report.Columns,
        [.. Kinds.SelectMany(kind => report.Rows.Where(row => row.Kind == kind.Kind).Select(row => new ReportTableRow(row.Name, row.Cells, kind.Title)))]);

    /// <summary>The tables after the first, without those that are empty.</summary>
    public static IEnumerable<ReportTable> Others(EvaluationReport report) =>
        new[] { Differences(report), Agreement(report), Subsets(report), Reliability(report), Coverage(report), Bias(report), Engines(report), Bests(report) }.Where(static table => table.Rows.Count > 0);

    private static ReportTable Differences(EvaluationReport report) => new(
        "best-model",
        "Choices against the best single model",
        $"The ranker's choice and the answer of {(report.Models.Count > 0 ? report.Models[0] : "")} to the same records. A difference whose interval excludes 0 is shown by these records.",
        [
            new(report.Criterion, "of the chosen candidates"), new("difference", "less the model's"),
            new("rank difference", "rank of the choice less the model's; negative is better", LowerIsBetter: true),
            new("better", "records in which the choice is better; ties count half", IsShare: true),
        ],
        [.. report.Differences.Select(static row => new ReportTableRow(row.Name, row.Cells))]);

    private static ReportTable Agreement(EvaluationReport report) => new(
        "agreement",
        $"Agreement with {report.Criterion}",
        "",
        [.. AgreementRow.Headings.Select(static heading => new ReportColumn(heading.Name, heading.Description))],
        [.. report.Agreement.Select(static row => new ReportTableRow(row.Name, row.Cells))]);

    private static ReportTable Subsets(EvaluationReport report) => new(
        "subsets",
        $"Choices that are best by {report.Criterion}, by subset",
        "The share of records in which the chosen candidate has rank 1. Of records with one right answer, this is the accuracy.",
        report.Subsets.Count == 0 ? [] : [.. report.Subsets[0].Groups.Select(static group => new ReportColumn(group.Group, "", IsShare: true))],
        [.. report.Subsets.Select(static row => new ReportTableRow(row.Name, [.. row.Groups.Select(static group => group.Share)]))]);

    private static ReportTable Reliability(EvaluationReport report) => new(
        "reliability",
        "Confidence of the ranker in its choices",
        $"The share of choices that are best by {report.Criterion}, by the confidence that the ranker states. Expected calibration error: {Figures.Number(report.CalibrationError ?? double.NaN, isShare: true)} points.",
        [new("confidence", "mean of the choices", IsShare: true), new("best", "choices of rank 1", IsShare: true)],
        [.. report.Reliability.Select(static row => new ReportTableRow(row.Name, [row.Confidence, row.Right]))]);

    private static ReportTable Coverage(EvaluationReport report) => new(
        "coverage",
        "The most confident choices",
        "What a threshold of confidence accepts. Where the shares hardly rise from the first row to the last, the confidence does not tell which choices are right.",
        [new("threshold", "the least confidence among them"), new("best", "choices of rank 1", IsShare: true), new(report.Criterion, "of the chosen candidates")],
        [.. report.Coverage.Select(static row => new ReportTableRow(row.Name, [Figure(row.Threshold, row.Right.Count), row.Right, row.Quality]))]);

    private static ReportTable Bias(EvaluationReport report) => new(
        "position-bias",
        "Position bias",
        "How much a ranker's verdict on two answers depends on their order. Rankers that score answers independently have none.",
        [
            new("verdicts turned", "pairs that the two orders decide for different answers", IsShare: true), new("mean |M[i,j] + M[j,i]|", "0 without bias"),
            new("mean |M[i,j]|", "for comparison"), new("first wins", "50 without bias", IsShare: true),
        ],
        [.. report.Bias.Select(static row => new ReportTableRow(row.Name, [row.Turned, row.Asymmetry, row.Size, row.FirstWins]))]);

    private static ReportTable Engines(EvaluationReport report) => new(
        "aggregations",
        "Cost and choices of each aggregation",
        "",
        [
            new("comparisons", "a record"), new("of all", "of all ordered pairs", IsShare: true), new("rounds", "dependent rounds of comparisons"),
            new("same best", "as max-logits over the full matrix", IsShare: true),
            new("other best in reverse order", "another best candidate if the order is reversed", IsShare: true), new(report.Criterion, "of the chosen candidates"),
        ],
        [
            .. report.Engines.Select(static row => new ReportTableRow(
                row.Name, [row.Comparisons, row.Share, row.Rounds, row.SameBest, row.Reordered, row.Quality], Remark: row.Position)),
        ]);

    // A file with one subset has two equal rows, and the first says all.
    private static ReportTable Bests(EvaluationReport report) => new(
        "best-where",
        "Best model by subset",
        "The share of records in which each model's answer is best; answers that tie share it.",
        [new("records", ""), .. report.Models.Select(static model => new ReportColumn(model, "", IsShare: true))],
        [
            .. report.Bests.Take(report.Bests.Count == 2 ? 1 : report.Bests.Count).Select(static row => new ReportTableRow(
                row.Group, [Figure(row.Records, row.Records), .. row.Shares.Select(share => Figure(share, row.Records))])),
        ]);

    private static Interval Figure(double value, int records) => new(value, double.NaN, double.NaN, records);
}
