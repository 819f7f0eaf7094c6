using System.Net;
using System.Security.Cryptography;
using System.Text;
using LLMBlender.Core.Evaluation;
using LLMBlender.Evaluation.Reports.Plots;

namespace LLMBlender.Evaluation.Reports;

/// <summary>
/// Writes a report as a self-contained HTML file with its styles, plots and one script, which sorts tables and shows records. The content
/// policy allows that script alone, by its hash, so that no text of a record can run.
/// </summary>
internal static class HtmlReport
{
    /// <summary>Returns the document.</summary>
    public static string Write(EvaluationReport report)
    {
        var script = Resource("report.js");
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        var page = new StringBuilder();
        page.Append("<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">")
            .Append($"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{hash}'\">")
            .Append($"<title>LLMBlender evaluation</title><style>{Resource("report.css")}</style></head><body>\n<h1>LLMBlender evaluation</h1>\n")
            .Append($"<p class=\"finding\">{Text(report.Finding)}</p>\n");
        Table(page, ReportTables.Results(report));
        page.Append("<p>Below each figure its 95 % interval; the best of a group is marked. A column sorts by a click on its heading.</p>\n");
        foreach (var table in ReportTables.Others(report))
        {
            Table(page, table);
        }

        Plots(page, report);
        if (report.Records.Count > 0)
        {
            RecordBrowser.Write(page, report);
        }

        page.Append("<h2>Notes</h2><ul>");
        foreach (var note in report.Notes)
        {
            page.Append($"<li>{Text(note)}</li>");
        }

        page.Append("</ul>\n<h2>Run</h2>\n<dl>");
        foreach (var (name, value) in report.Facts)
        {
            page.Append($"<dt>{Text(name)}</dt><dd>{Text(value)}</dd>");
        }

        return page.Append($"</dl>\n<script>{script}</script></body></html>\n").ToString();
    }

    private static void Table(StringBuilder page, ReportTable table)
    {
        var hasRemarks = table.Rows.Any(static row => row.Remark is not null);
        page.Append($"<h2>{Text(table.Title)}</h2>\n{(table.Description.Length > 0 ? $"<p>{Text(table.Description)}</p>\n" : "")}")
            .Append("<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"").Append(Text(table.Title)).Append("\"><table class=\"sortable\"><thead><tr><th class=\"name\"></th>");
        foreach (var column in table.Columns)
        {
            page.Append($"<th scope=\"col\" title=\"{Text(column.Description)}\">{Text(ReportTable.Heading(column))}</th>");
        }

        page.Append(hasRemarks ? "<th></th></tr></thead>\n" : "</tr></thead>\n");
        foreach (var group in table.Rows.GroupBy(static row => row.Group))
        {
            ReportTableRow[] rows = [.. group];
            page.Append("<tbody>");
            if (group.Key is { } title)
            {
                page.Append($"<tr class=\"kind\"><th colspan=\"{table.Columns.Count + 1}\" scope=\"rowgroup\">{Text(title)}</th></tr>\n");
            }

            foreach (var row in rows)
            {
                page.Append($"<tr><th class=\"name\" scope=\"row\">{Text(row.Name)}</th>");
                for (var i = 0; i < row.Cells.Length; i++)
                {
                    Cell(page, row.Cells[i], table.Columns[i].IsShare, group.Key is not null && ReportTable.IsBest(rows, i, table.Columns[i], row));
                }

                page.Append(hasRemarks ? $"<td class=\"text\">{Text(row.Remark ?? "")}</td></tr>\n" : "</tr>\n");
            }

            page.Append("</tbody>");
        }

        page.Append("</table></div>\n");
    }

    private static void Plots(StringBuilder page, EvaluationReport report)
    {
        page.Append($"<h2>Ranks by {Text(report.Criterion)}</h2><p>How often the model's answer, or the one that a ranker chooses, has each rank.</p>")
            .Append($"<div class=\"wide\">{RankPlot.Draw(report.RankCounts)}</div>\n");
        if (report.Bests.Count > 0)
        {
            page.Append($"<h2>Best model by subset, drawn</h2><div class=\"wide\">{BestPlot.Draw(report.Models, report.Bests)}</div>\n");
        }

        if (report.Examples.Count > 0)
        {
            page.Append("<h2>Comparisons of a few records</h2><p>The logit of row against column, row first; above 0 the row is better.</p><div class=\"examples\">");
            foreach (var example in report.Examples)
            {
                page.Append($"<div><h3>{Text(example.Why)}: {Text(example.Id)}</h3><p class=\"title\">{Text(example.Title)}</p>{MatrixPlot.Draw(example)}</div>\n");
            }

            page.Append("</div>\n");
        }

        if (CostPlot.Draw(report) is { Length: > 0 } cost)
        {
            page.Append($"<h2>Cost against quality</h2><p>Comparisons per record, and {Text(report.Criterion)} of the chosen candidates.</p><div class=\"wide\">{cost}</div>\n");
        }
    }

    private static void Cell(StringBuilder page, Interval cell, bool isShare, bool isBest)
    {
        var whole = Figures.WithInterval(cell, isShare);
        var at = whole.IndexOf(" [", StringComparison.Ordinal);
        var best = isBest ? " class=\"best\"" : "";
        page.Append(at < 0
            ? $"<td{best}>{whole}</td>"
            : $"<td{best} title=\"over {cell.Count} records\">{whole[..at]}<small>{whole[(at + 2)..^1]}</small></td>");
    }

    internal static string Resource(string name)
    {
        using var stream = typeof(HtmlReport).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(ReportText.Plain(text));
}
