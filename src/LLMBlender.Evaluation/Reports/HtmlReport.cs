using System.Net;
using System.Text;
using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Reports.Plots;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Writes a report as a self-contained HTML file: styles and plots are inline, and there is no script.</summary>
internal static class HtmlReport
{
    private static readonly (string Kind, string Title)[] Kinds =
    [
        ("model", "Models"), ("oracle", "Oracles: the best candidate by the named metric"), ("ranker", "Rankers"),
        ("pair-ranker", "The pair ranker under each aggregation"), ("blend", "The blend"),
    ];

    /// <summary>Returns the document.</summary>
    public static string Write(EvaluationReport report)
    {
        var page = new StringBuilder();
        page.Append("<h1>LLMBlender evaluation</h1>\n<dl>");
        foreach (var (name, value) in report.Facts)
        {
            page.Append($"<dt>{Text(name)}</dt><dd>{Text(value)}</dd>");
        }

        page.Append("</dl>\n");
        Table2(page, report);
        Agreement(page, report);
        Plots(page, report);
        Bias(page, report);
        Engines(page, report);
        page.Append("<h2>Notes</h2><ul>");
        foreach (var note in report.Notes)
        {
            page.Append($"<li>{Text(note)}</li>");
        }

        return Page("LLMBlender evaluation", page.Append("</ul>\n").ToString());
    }

    /// <summary>Returns a self-contained document.</summary>
    /// <param name="title">The title.</param>
    /// <param name="body">The body's HTML.</param>
    public static string Page(string title, string body) =>
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
        + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        + $"<title>{Text(title)}</title><style>{Style()}</style></head><body>\n{body}</body></html>\n";

    private static void Table2(StringBuilder page, EvaluationReport report)
    {
        page.Append("<h2>Models, rankers, oracles, the blend</h2><div class=\"wide\"><table><thead><tr><th class=\"name\"></th>");
        foreach (var column in report.Columns)
        {
            page.Append($"<th title=\"{Text(column.Description)}\">{Text(column.Name)}{(column.IsShare ? " %" : "")}{(column.LowerIsBetter ? " ↓" : "")}</th>");
        }

        page.Append("</tr></thead><tbody>\n");
        foreach (var (kind, title) in Kinds)
        {
            var rows = report.Rows.Where(row => row.Kind == kind).ToList();
            if (rows.Count == 0)
            {
                continue;
            }

            page.Append($"<tr class=\"kind\"><td colspan=\"{report.Columns.Count + 1}\">{title}</td></tr>\n");
            foreach (var row in rows)
            {
                page.Append($"<tr><td class=\"name\">{Text(row.Name)}</td>");
                for (var i = 0; i < row.Cells.Length; i++)
                {
                    Cell(page, row.Cells[i], report.Columns[i].IsShare, IsBest(rows, i, row.Cells[i], report.Columns[i].LowerIsBetter));
                }

                page.Append("</tr>\n");
            }
        }

        page.Append("</tbody></table></div>\n<p>Below each figure its 95 % interval; the best of a group is marked.</p>\n");
    }

    private static bool IsBest(List<ReportRow> rows, int column, Interval cell, bool isLowBetter) => rows.Count > 1 && cell.IsThere
        && rows.TrueForAll(row => !row.Cells[column].IsThere || (isLowBetter ? row.Cells[column].Value >= cell.Value : row.Cells[column].Value <= cell.Value));

    private static void Agreement(StringBuilder page, EvaluationReport report)
    {
        if (report.Agreement.Count > 0)
        {
            page.Append($"<h2>Agreement with {Text(report.Criterion)}</h2>");
            Table(page, [.. AgreementRow.Headings], report.Agreement.Select(static row => (row.Name, row.Cells, (string?)null)), []);
        }
    }

    private static void Plots(StringBuilder page, EvaluationReport report)
    {
        page.Append($"<h2>Ranks by {Text(report.Criterion)}</h2><p>How often the model's answer, or the one that a ranker chooses, has each rank.</p>")
            .Append($"<div class=\"wide\">{RankPlot.Draw(report.RankCounts)}</div>\n");
        page.Append("<h2>Best model by subset</h2><p>The share of records in which each model's answer is best; answers that tie share it.</p>")
            .Append($"<div class=\"wide\">{BestPlot.Draw(report.Models, report.Bests)}</div>\n");
        if (report.Examples.Count > 0)
        {
            page.Append("<h2>Comparisons of a few records</h2><p>The logit of row against column, row first; above 0 the row is better.</p><div class=\"examples\">");
            foreach (var example in report.Examples)
            {
                page.Append($"<div><h3>{Text(example.Why)}: {Text(example.Id)}</h3><p style=\"max-width:30rem\">{Text(example.Title)}</p>{MatrixPlot.Draw(example)}</div>\n");
            }

            page.Append("</div>\n");
        }

        if (CostPlot.Draw(report) is { Length: > 0 } cost)
        {
            page.Append($"<h2>Cost against quality</h2><p>Comparisons per record, and {Text(report.Criterion)} of the chosen candidates.</p><div class=\"wide\">{cost}</div>\n");
        }
    }

    private static void Bias(StringBuilder page, EvaluationReport report)
    {
        page.Append("<h2>Position bias</h2><p>How much a ranker's verdict on two answers depends on their order. Rankers that score answers independently have none.</p>");
        (string Name, string Description)[] headings =
        [
            ("verdicts turned %", "pairs that the two orders decide for different answers"), ("mean |M[i,j] + M[j,i]|", "0 without bias"),
            ("mean |M[i,j]|", "for comparison"), ("first wins %", "50 without bias"),
        ];
        Table(page, headings, report.Bias.Select(static row => (row.Name, (Interval[])[row.Turned, row.Asymmetry, row.Size, row.FirstWins], (string?)null)), [0, 3]);
    }

    private static void Engines(StringBuilder page, EvaluationReport report)
    {
        page.Append("<h2>Cost and choices of each aggregation</h2>");
        (string Name, string Description)[] headings =
        [
            ("comparisons", "a record"), ("of all %", "of all ordered pairs"), ("rounds", "dependent rounds of comparisons"), ("same best %", "as max-logits over the full matrix"),
            ("in reverse other %", "another best candidate if the order is reversed"), (report.Criterion, "of the chosen candidates"),
        ];
        Table(
            page,
            headings,
            report.Engines.Select(static row => (row.Name, (Interval[])[row.Comparisons, row.Share, row.Rounds, row.SameBest, row.Reordered, row.Quality], (string?)row.Position)),
            [1, 3, 4]);
    }

    private static void Table(
        StringBuilder page, (string Name, string Description)[] headings, IEnumerable<(string Name, Interval[] Cells, string? Remark)> rows, int[] shares)
    {
        page.Append("<div class=\"wide\"><table><thead><tr><th class=\"name\"></th>");
        foreach (var (name, description) in headings)
        {
            page.Append($"<th title=\"{Text(description)}\">{Text(name)}</th>");
        }

        page.Append("<th></th></tr></thead><tbody>\n");
        foreach (var (name, cells, remark) in rows)
        {
            page.Append($"<tr><td class=\"name\">{Text(name)}</td>");
            for (var i = 0; i < cells.Length; i++)
            {
                Cell(page, cells[i], shares.Contains(i), isBest: false);
            }

            page.Append($"<td class=\"text\">{Text(remark ?? "")}</td></tr>\n");
        }

        page.Append("</tbody></table></div>\n");
    }

    private static void Cell(StringBuilder page, Interval cell, bool isShare, bool isBest)
    {
        var whole = Figures.WithInterval(cell, isShare);
        var at = whole.IndexOf(" [", StringComparison.Ordinal);
        page.Append(at < 0
            ? $"<td>{whole}</td>"
            : $"<td{(isBest ? " class=\"best\"" : "")} title=\"over {cell.Count} records\">{whole[..at]}<small>{whole[(at + 2)..^1]}</small></td>");
    }

    private static string Style()
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream("report.css")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
