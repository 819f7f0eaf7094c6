using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Reports;
using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>A report on a terminal: values, with half of the confidence interval's width below each.</summary>
internal sealed class TerminalReport(IAnsiConsole console)
{
    private const int CellWidth = 11;

    private static readonly Dictionary<string, string> Groups = new(StringComparer.Ordinal)
    {
        ["model"] = "Models", ["oracle"] = "Oracles", ["ranker"] = "Rankers", ["pair-ranker"] = "Pair ranker", ["blend"] = "The blend",
    };

    /// <summary>Writes a report.</summary>
    public void Write(EvaluationReport report)
    {
        console.WriteLine();
        console.Write(new Padder(new Text(report.Finding, Palette.Heading), new Padding(2, 0, 2, 1)));
        ResultTables(report);
        Section(
            "Choices against the best single model",
            [report.Criterion, "difference", "rank diff. ↓", "better %"],
            report.Differences.Select(static row => (row.Name, row.Cells, (bool[]?)[false, false, false, true])));
        Section(
            $"Agreement with {report.Criterion}",
            [.. AgreementRow.Headings.Select(static heading => heading.Name)],
            report.Agreement.Select(static row => (row.Name, row.Cells, (bool[]?)null)));
        Section(
            "Position bias",
            ["turned %", "|M+M'|", "|M|", "first wins %"],
            report.Bias.Select(static row => (row.Name, (Interval[])[row.Turned, row.Asymmetry, row.Size, row.FirstWins], (bool[]?)[true, false, false, true])));
        Section(
            $"What each aggregation asks and chooses, by {report.Criterion}",
            ["comparisons", "of all %", "rounds", "same best %", "in reverse other %", "quality"],
            report.Engines.Select(static row => (
                row.Name,
                (Interval[])[row.Comparisons, row.Share, row.Rounds, row.SameBest, row.Reordered, row.Quality],
                (bool[]?)[false, true, false, true, true, false])));
        console.WriteLine();
        foreach (var note in report.Notes)
        {
            console.Write(new Padder(new Text(note, Palette.Dim), new Padding(2, 0, 2, 0)));
        }

        console.WriteLine();
        foreach (var (name, value) in report.Facts)
        {
            console.Write(new Paragraph($"  {name}  ", Palette.Dim).Append($"{value}\n"));
        }
    }

    private void ResultTables(EvaluationReport report)
    {
        bool[] shares = [.. report.Columns.Select(static column => column.IsShare)];
        string[] headings = [.. report.Columns.Select(static column => column.Name + (column.IsShare ? " %" : column.LowerIsBetter ? " ↓" : ""))];
        foreach (var group in report.Rows.GroupBy(static row => row.Kind))
        {
            Section(Groups[group.Key], headings, group.Select(row => (row.Name, row.Cells, (bool[]?)shares)));
        }
    }

    // Columns that exceed the terminal's width continue in a table below. Without rows there is no section: candidates of preference data name no models.
    private void Section(string heading, string[] headings, IEnumerable<(string Name, Interval[] Cells, bool[]? Shares)> rows)
    {
        var listed = rows.ToList();
        if (listed.Count == 0)
        {
            return;
        }

        console.Write(new Text($"\n  {heading}\n", Palette.Heading));
        var fitting = Math.Max(1, (console.Profile.Width - listed.Max(static row => row.Name.Length) - 4) / CellWidth);
        for (var start = 0; start < headings.Length; start += fitting)
        {
            var part = start..Math.Min(headings.Length, start + fitting);
            Part(headings[part], listed.ConvertAll(row => (row.Name, row.Cells[part], row.Shares?[part])));
        }
    }

    private void Part(string[] headings, List<(string Name, Interval[] Cells, bool[]? Shares)> rows)
    {
        var table = new Table { Border = TableBorder.None };
        table.AddColumn(new TableColumn("") { NoWrap = true, Padding = new Padding(2, 0, 2, 0) });
        foreach (var heading in headings)
        {
            table.AddColumn(new TableColumn(new Text(heading, Palette.Dim)) { Padding = new Padding(0, 0, 2, 0), Alignment = Justify.Right });
        }

        foreach (var (name, cells, shares) in rows)
        {
            table.AddRow([new Text(name), .. cells.Select((cell, i) => (Spectre.Console.Rendering.IRenderable)Cell(cell, shares?[i] ?? false))]);
        }

        console.Write(table);
    }

    private static Paragraph Cell(Interval cell, bool isShare)
    {
        var text = new Paragraph(Figures.Number(cell.Value, isShare));
        return Figures.HalfWidth(cell, isShare) is { Length: > 0 } half ? text.Append($"\n{half}", Palette.Dim) : text;
    }
}
