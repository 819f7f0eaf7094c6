using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>A table of a report, which every format of tables writes.</summary>
/// <param name="Key">A short name for programs.</param>
/// <param name="Title">The heading.</param>
/// <param name="Description">A sentence below the heading; empty if none is needed.</param>
/// <param name="Columns">The columns, without that of the names.</param>
/// <param name="Rows">The rows.</param>
internal sealed record ReportTable(string Key, string Title, string Description, IReadOnlyList<ReportColumn> Columns, IReadOnlyList<ReportTableRow> Rows)
{
    /// <summary>The column's heading with its unit and direction.</summary>
    public static string Heading(ReportColumn column) => $"{column.Name}{(column.IsShare ? " %" : "")}{(column.LowerIsBetter ? " ↓" : "")}";

    /// <summary>Whether a row has the best value of a column among several rows.</summary>
    public static bool IsBest(IReadOnlyList<ReportTableRow> rows, int at, ReportColumn column, ReportTableRow row)
    {
        var value = row.Cells[at];
        return rows.Count > 1 && value.IsThere && rows.All(other =>
            !other.Cells[at].IsThere || (column.LowerIsBetter ? other.Cells[at].Value >= value.Value : other.Cells[at].Value <= value.Value));
    }
}

/// <summary>A row of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Cells">A value for each column.</param>
/// <param name="Group">The heading above the row and its neighbours; null if the table has no groups.</param>
/// <param name="Remark">A text after the values.</param>
internal sealed record ReportTableRow(string Name, Interval[] Cells, string? Group = null, string? Remark = null);
