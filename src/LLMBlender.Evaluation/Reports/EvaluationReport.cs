using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>All that an evaluation came to; every output shows the same.</summary>
public sealed record EvaluationReport
{
    /// <summary>What identifies the run, by name: version, files, hashes, seeds.</summary>
    public required IReadOnlyList<(string Name, string Value)> Facts { get; init; }

    /// <summary>The columns of the paper's table 2.</summary>
    public required IReadOnlyList<ReportColumn> Columns { get; init; }

    /// <summary>Its rows.</summary>
    public required IReadOnlyList<ReportRow> Rows { get; init; }

    /// <summary>The paper's table 3; empty without a judge.</summary>
    public required IReadOnlyList<AgreementRow> Agreement { get; init; }

    /// <summary>How far rankers depend on who stands first.</summary>
    public required IReadOnlyList<BiasRow> Bias { get; init; }

    /// <summary>What each aggregation asks and chooses.</summary>
    public required IReadOnlyList<EngineRow> Engines { get; init; }

    /// <summary>What <see cref="EngineRow.Quality"/>, ranks and bests are measured by.</summary>
    public required string Yardstick { get; init; }

    /// <summary>By row, how often its candidate has each rank from 1.</summary>
    public required IReadOnlyList<(string Name, int[] Counts)> RankCounts { get; init; }

    /// <summary>By part of the data, the share of records that each model is best in; bests that tie share.</summary>
    public required IReadOnlyList<(string Group, int Records, double[] Shares)> Bests { get; init; }

    /// <summary>The models of <see cref="Bests"/>.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>A few records' comparisons.</summary>
    public required IReadOnlyList<MatrixExample> Examples { get; init; }

    /// <summary>What a reader should know of the figures.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>A column of table 2.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Description">What it is.</param>
/// <param name="LowerIsBetter">Whether the least is best.</param>
/// <param name="IsShare">Whether it is a share, shown in per cent.</param>
public sealed record ReportColumn(string Name, string Description, bool LowerIsBetter = false, bool IsShare = false);

/// <summary>A row of table 2.</summary>
/// <param name="Kind">model, oracle, ranker, pair-ranker or blend.</param>
/// <param name="Name">Its name.</param>
/// <param name="Cells">A figure for each column; none where it says nothing.</param>
public sealed record ReportRow(string Kind, string Name, Interval[] Cells);

/// <summary>A row of table 3.</summary>
public sealed record AgreementRow(
    string Name, Interval Pearson, Interval Spearman, Interval Footrule, Interval SpearmanOfRecords, Interval KendallOfRecords)
{
    /// <summary>What the figures are.</summary>
    public static IReadOnlyList<(string Name, string Description)> Headings { get; } =
    [
        ("Pearson", "of a model's ranks over records, averaged over models, as the reference does"),
        ("Spearman", "likewise"),
        ("Footrule", "sum of rank distances in a record, averaged over records; lower is better"),
        ("Spearman, records", "of a record's candidates, averaged over records"),
        ("Kendall, records", "tau-b of a record's candidates, averaged over records"),
    ];

    /// <summary>The figures in the headings' order.</summary>
    public Interval[] Cells => [Pearson, Spearman, Footrule, SpearmanOfRecords, KendallOfRecords];
}

/// <summary>How far a ranker depends on who stands first.</summary>
public sealed record BiasRow(string Name, Interval Turned, Interval Asymmetry, Interval Size, Interval FirstWins);

/// <summary>What an aggregation asks and chooses.</summary>
/// <param name="Name">The aggregation.</param>
/// <param name="Comparisons">Comparisons a record.</param>
/// <param name="Share">Of all ordered pairs.</param>
/// <param name="Rounds">Dependent waits a record.</param>
/// <param name="SameBest">How often it chooses as MaxLogits over the full matrix.</param>
/// <param name="Reordered">How often it chooses another candidate where the candidates come in reverse.</param>
/// <param name="Quality">The yardstick of what it chooses.</param>
/// <param name="Position">What it does about position bias.</param>
public sealed record EngineRow(
    string Name, Interval Comparisons, Interval Share, Interval Rounds, Interval SameBest, Interval Reordered, Interval Quality, string Position);

/// <summary>A record's comparisons, best candidate first.</summary>
/// <param name="Why">Why this one is shown.</param>
/// <param name="Id">The record.</param>
/// <param name="Title">What it asks.</param>
/// <param name="Models">The candidates.</param>
/// <param name="Matrix">Their logits.</param>
public sealed record MatrixExample(string Why, string Id, string Title, string[] Models, float[,] Matrix);
