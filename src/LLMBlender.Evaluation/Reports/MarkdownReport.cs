using System.Text;
using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Writes a report as Markdown.</summary>
internal static class MarkdownReport
{
    /// <summary>Returns the document.</summary>
    public static string Write(EvaluationReport report)
    {
        var text = new StringBuilder("# Evaluation\n\n");
        foreach (var (name, value) in report.Facts)
        {
            text.Append($"- {name}: `{value.Replace('`', '\'')}`\n");
        }

        text.Append("\n## Models, rankers, oracles, the blend\n\n");
        Table(text, ["", .. report.Columns.Select(static column => column.Name + (column.LowerIsBetter ? " ↓" : "") + (column.IsShare ? " %" : ""))],
            report.Rows.Select(row => (IEnumerable<string>)[row.Name, .. row.Cells.Zip(report.Columns, static (cell, column) => Figures.WithInterval(cell, column.IsShare))]));
        if (report.Agreement.Count > 0)
        {
            text.Append($"\n## Agreement with {report.Criterion}\n\n");
            Table(text, ["", .. AgreementRow.Headings.Select(static heading => heading.Name)],
                report.Agreement.Select(static row => Row(row.Name, row.Cells)));
            text.Append('\n');
            foreach (var (name, description) in AgreementRow.Headings)
            {
                text.Append($"- {name}: {description}\n");
            }
        }

        text.Append("\n## Position bias\n\n");
        Table(text, ["", "verdicts turned %", "mean abs(M[i,j] + M[j,i])", "mean abs(M[i,j])", "first wins %"], report.Bias.Select(static row => (IEnumerable<string>)
            [row.Name, Figures.WithInterval(row.Turned, true), Figures.WithInterval(row.Asymmetry), Figures.WithInterval(row.Size), Figures.WithInterval(row.FirstWins, true)]));
        text.Append("\n## Cost and choices of each aggregation\n\n");
        Table(text, ["", "comparisons", "of all %", "rounds", "same best %", "other best in reverse order %", $"quality: {report.Criterion}", "about position"],
            report.Engines.Select(static row => (IEnumerable<string>)
            [
                row.Name, Figures.WithInterval(row.Comparisons), Figures.WithInterval(row.Share, true), Figures.WithInterval(row.Rounds),
                Figures.WithInterval(row.SameBest, true), Figures.WithInterval(row.Reordered, true), Figures.WithInterval(row.Quality), row.Position,
            ]));
        text.Append("\n## Best model by subset\n\n");
        Table(text, ["", "records", .. report.Models], report.Bests.Select(static row => (IEnumerable<string>)
            [row.Group, $"{row.Records}", .. row.Shares.Select(static share => Figures.Number(share, true))]));
        text.Append("\n## Notes\n\n");
        foreach (var note in report.Notes)
        {
            text.Append($"- {note}\n");
        }

        return text.ToString();
    }

    private static IEnumerable<string> Row(string name, Interval[] cells) => [name, .. cells.Select(static cell => Figures.WithInterval(cell))];

    private static void Table(StringBuilder text, IReadOnlyList<string> headings, IEnumerable<IEnumerable<string>> rows)
    {
        Line(text, headings);
        Line(text, headings.Select(static (_, i) => i == 0 ? "---" : "---:"));
        foreach (var row in rows)
        {
            Line(text, row);
        }
    }

    private static void Line(StringBuilder text, IEnumerable<string> cells) =>
        text.Append($"| {string.Join(" | ", cells.Select(static cell => cell.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ')))} |\n");
}
