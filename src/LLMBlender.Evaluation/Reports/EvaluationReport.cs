using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>The results of an evaluation; every output format contains the same.</summary>
public sealed record EvaluationReport
{
    /// <summary>The run's identity by name: version, files, hashes, seeds.</summary>
    public required IReadOnlyList<(string Name, string Value)> Facts { get; init; }

    /// <summary>The finding in one sentence: whether the ranker's choice is better than the best single model.</summary>
    public required string Finding { get; init; }

    /// <summary>The choice of each ranker and aggregation against the best single model, record by record.</summary>
    public required IReadOnlyList<DifferenceRow> Differences { get; init; }

    /// <summary>How often the choice of each ranker is a best candidate, in total and by subset; empty without subsets.</summary>
    public required IReadOnlyList<SubsetRow> Subsets { get; init; }

    /// <summary>How often choices of similar confidence are best; empty if the ranker is not calibrated or nothing ranks candidates.</summary>
    public required IReadOnlyList<ReliabilityRow> Reliability { get; init; }

    /// <summary>The most confident choices; empty as <see cref="Reliability"/>.</summary>
    public required IReadOnlyList<CoverageRow> Coverage { get; init; }

    /// <summary>The expected calibration error of the confidence, from 0 to 1; null as <see cref="Reliability"/> is empty.</summary>
    public required double? CalibrationError { get; init; }

    /// <summary>The records with their answers, for a reader; empty unless a file shows them.</summary>
    public required IReadOnlyList<RecordView> Records { get; init; }

    /// <summary>The columns of the paper's table 2.</summary>
    public required IReadOnlyList<ReportColumn> Columns { get; init; }

    /// <summary>The rows of the paper's table 2.</summary>
    public required IReadOnlyList<ReportRow> Rows { get; init; }

    /// <summary>The paper's table 3; empty without a judge.</summary>
    public required IReadOnlyList<AgreementRow> Agreement { get; init; }

    /// <summary>The position bias of rankers.</summary>
    public required IReadOnlyList<BiasRow> Bias { get; init; }

    /// <summary>The cost and choices of each aggregation.</summary>
    public required IReadOnlyList<EngineRow> Engines { get; init; }

    /// <summary>The measure of <see cref="EngineRow.Quality"/>, of ranks and of best candidates.</summary>
    public required string Criterion { get; init; }

    /// <summary>For each row, how often its candidate has each rank from 1.</summary>
    public required IReadOnlyList<(string Name, int[] Counts)> RankCounts { get; init; }

    /// <summary>For each subset of the data, the share of records in which each model is best; ties are split.</summary>
    public required IReadOnlyList<(string Group, int Records, double[] Shares)> Bests { get; init; }

    /// <summary>The models of <see cref="Bests"/>.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Comparison matrices of a few records.</summary>
    public required IReadOnlyList<MatrixExample> Examples { get; init; }

    /// <summary>Remarks on the values.</summary>
    public required IReadOnlyList<string> Notes { get; init; }
}

/// <summary>A column of table 2.</summary>
/// <param name="Name">Its heading.</param>
/// <param name="Description">Its description.</param>
/// <param name="LowerIsBetter">Whether lower values are better.</param>
/// <param name="IsShare">Whether it is a share, displayed in percent.</param>
public sealed record ReportColumn(string Name, string Description, bool LowerIsBetter = false, bool IsShare = false);

/// <summary>A row of table 2.</summary>
/// <param name="Kind">model, oracle, ranker, pair-ranker or blend.</param>
/// <param name="Name">Its name.</param>
/// <param name="Cells">A value for each column; none if not applicable.</param>
public sealed record ReportRow(string Kind, string Name, Interval[] Cells);

/// <summary>A row of table 3.</summary>
public sealed record AgreementRow(
    string Name, Interval Pearson, Interval Spearman, Interval Footrule, Interval SpearmanOfRecords, Interval KendallOfRecords)
{
    /// <summary>The columns with descriptions.</summary>
    public static IReadOnlyList<(string Name, string Description)> Headings { get; } =
    [
        ("Pearson", "of a model's ranks over records, averaged over models, as the reference does"),
        ("Spearman", "likewise"),
        ("Footrule", "sum of rank distances in a record, averaged over records; lower is better"),
        ("Spearman, records", "of a record's candidates, averaged over records"),
        ("Kendall, records", "tau-b of a record's candidates, averaged over records"),
    ];

    /// <summary>The values in the order of <see cref="Headings"/>.</summary>
    public Interval[] Cells => [Pearson, Spearman, Footrule, SpearmanOfRecords, KendallOfRecords];
}

/// <summary>A choice of candidates against the best single model. Differences are paired: both answer the same records.</summary>
/// <param name="Name">The ranker or aggregation that chooses.</param>
/// <param name="Quality">The ranking criterion's value of its choice.</param>
/// <param name="Difference">Its quality less the model's.</param>
/// <param name="Rank">Its rank by the ranking criterion less the model's; negative is better.</param>
/// <param name="Wins">The share of records in which its choice is better than the model's answer; ties count half.</param>
public sealed record DifferenceRow(string Name, Interval Quality, Interval Difference, Interval Rank, Interval Wins)
{
    /// <summary>The values in the order of the table.</summary>
    public Interval[] Cells => [Quality, Difference, Rank, Wins];
}

/// <summary>How often choices are a best candidate in a subset of the data.</summary>
/// <param name="Name">The ranker or aggregation that chooses.</param>
/// <param name="Groups">The subsets with the shares.</param>
public sealed record SubsetRow(string Name, IReadOnlyList<(string Group, Interval Share)> Groups);

/// <summary>Choices of similar confidence.</summary>
/// <param name="Name">The confidence's range.</param>
/// <param name="Confidence">The mean confidence, from 0 to 1.</param>
/// <param name="Right">The share of choices that are a best candidate.</param>
public sealed record ReliabilityRow(string Name, Interval Confidence, Interval Right);

/// <summary>The choices that a threshold of confidence accepts.</summary>
/// <param name="Name">Their share of all records.</param>
/// <param name="Threshold">The least confidence among them.</param>
/// <param name="Right">The share of them that is a best candidate.</param>
/// <param name="Quality">The ranking criterion's value of them.</param>
public sealed record CoverageRow(string Name, double Threshold, Interval Right, Interval Quality);

/// <summary>The position bias of a ranker.</summary>
public sealed record BiasRow(string Name, Interval Turned, Interval Asymmetry, Interval Size, Interval FirstWins);

/// <summary>The cost and choices of an aggregation.</summary>
/// <param name="Name">The aggregation.</param>
/// <param name="Comparisons">Comparisons per record.</param>
/// <param name="Share">Comparisons as a share of all ordered pairs.</param>
/// <param name="Rounds">Dependent rounds of comparisons per record.</param>
/// <param name="SameBest">How often it chooses the same candidate as MaxLogits over the full matrix.</param>
/// <param name="Reordered">How often it chooses another candidate if the candidates are in reverse order.</param>
/// <param name="Quality">The ranking criterion's value of the chosen candidates.</param>
/// <param name="Position">How it handles position bias.</param>
public sealed record EngineRow(
    string Name, Interval Comparisons, Interval Share, Interval Rounds, Interval SameBest, Interval Reordered, Interval Quality, string Position);

/// <summary>A record's comparisons, best candidate first.</summary>
/// <param name="Why">Why the record was selected.</param>
/// <param name="Id">The record.</param>
/// <param name="Title">The beginning of its instruction.</param>
/// <param name="Models">The candidates.</param>
/// <param name="Matrix">Their logits.</param>
public sealed record MatrixExample(string Why, string Id, string Title, string[] Models, float[,] Matrix);
