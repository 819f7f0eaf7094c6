using System.Text;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Writes a report as Markdown.</summary>
internal static class MarkdownReport
{
    /// <summary>Returns the document.</summary>
    public static string Write(EvaluationReport report)
    {
        var text = new StringBuilder($"# Evaluation\n\n**{ReportText.Markdown(report.Finding)}**\n");
        Table(text, ReportTables.Results(report));
        foreach (var table in ReportTables.Others(report))
        {
            Table(text, table);
        }

        text.Append("\n## Notes\n\n");
        foreach (var note in report.Notes)
        {
            text.Append($"- {ReportText.Markdown(note)}\n");
        }

        text.Append("\n## Run\n\n");
        foreach (var (name, value) in report.Facts)
        {
            text.Append($"- {name}: `{ReportText.Plain(value).Replace('`', '\'').Replace('\n', ' ')}`\n");
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, ReportTable table)
    {
        var hasRemarks = table.Rows.Any(static row => row.Remark is not null);
        text.Append($"\n## {ReportText.Markdown(table.Title)}\n\n{(table.Description.Length > 0 ? $"{ReportText.Markdown(table.Description)}\n\n" : "")}");
        Line(text, ["", .. table.Columns.Select(ReportTable.Heading), .. hasRemarks ? [""] : Array.Empty<string>()]);
        Line(text, ["---", .. table.Columns.Select(static _ => "---:"), .. hasRemarks ? ["---"] : Array.Empty<string>()]);
        foreach (var row in table.Rows)
        {
            Line(text, [row.Name, .. row.Cells.Zip(table.Columns, static (cell, column) => Figures.WithInterval(cell, column.IsShare)), .. hasRemarks ? [row.Remark ?? ""] : Array.Empty<string>()]);
        }

        foreach (var column in table.Columns.Where(static column => column.Description.Length > 0))
        {
            text.Append($"{(column == table.Columns.First(static one => one.Description.Length > 0) ? "\n" : "")}- {ReportText.Markdown(column.Name)}: {ReportText.Markdown(column.Description)}\n");
        }
    }

    private static void Line(StringBuilder text, IEnumerable<string> cells) =>
        text.Append($"| {string.Join(" | ", cells.Select(ReportText.Markdown))} |\n");
}
