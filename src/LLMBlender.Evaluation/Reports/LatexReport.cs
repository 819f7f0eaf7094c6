using System.Text;
using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports;

/// <summary>
/// Writes a report's tables as LaTeX, each a <c>table</c> with the rules of the package booktabs, to be read with <c>\input</c>. The best value
/// of a group's column is bold.
/// </summary>
internal static class LatexReport
{
    /// <summary>Returns the document.</summary>
    public static string Write(EvaluationReport report)
    {
        var text = new StringBuilder("% \\usepackage{booktabs}; wide tables need \\usepackage{graphicx} for \\resizebox.\n");
        foreach (var (name, value) in report.Facts)
        {
            text.Append($"% {name}: {value.ReplaceLineEndings(" ")}\n");
        }

        text.Append($"% {report.Finding.ReplaceLineEndings(" ")}\n");
        foreach (var table in ReportTables.Others(report).Prepend(ReportTables.Results(report)))
        {
            Table(text, table);
        }

        return text.ToString();
    }

    private static void Table(StringBuilder text, ReportTable table)
    {
        text.Append($"\n\\begin{{table}}\n  \\centering\n  \\caption{{{Escape(table.Title)}.{(table.Description.Length > 0 ? $" {Escape(table.Description)}" : "")} 95\\,\\% intervals in brackets.}}\n")
            .Append($"  \\label{{tab:{table.Key}}}\n  \\resizebox{{\\ifdim\\width>\\linewidth\\linewidth\\else\\width\\fi}}{{!}}{{%\n")
            .Append($"  \\begin{{tabular}}{{l{new string('r', table.Columns.Count)}}}\n    \\toprule\n    ");
        foreach (var column in table.Columns)
        {
            text.Append($" & {Escape(ReportTable.Heading(column))}");
        }

        text.Append(" \\\\\n");
        foreach (var group in table.Rows.GroupBy(static row => row.Group))
        {
            text.Append("    \\midrule\n");
            if (group.Key is { } title)
            {
                text.Append($"    \\multicolumn{{{table.Columns.Count + 1}}}{{l}}{{\\emph{{{Escape(title)}}}}} \\\\\n");
            }

            ReportTableRow[] rows = [.. group];
            foreach (var row in rows)
            {
                text.Append($"    {Escape(row.Name)}");
                for (var i = 0; i < row.Cells.Length; i++)
                {
                    text.Append($" & {Cell(row.Cells[i], table.Columns[i], group.Key is not null && ReportTable.IsBest(rows, i, table.Columns[i], row))}");
                }

                text.Append(" \\\\\n");
            }
        }

        text.Append("    \\bottomrule\n  \\end{tabular}}\n\\end{table}\n");
    }

    private static string Cell(Interval cell, ReportColumn column, bool isBest)
    {
        var whole = Figures.WithInterval(cell, column.IsShare);
        var at = whole.IndexOf(" [", StringComparison.Ordinal);
        var value = Minus(at < 0 ? whole : whole[..at]);
        var bold = isBest ? $"\\textbf{{{value}}}" : value;
        return at < 0 ? bold : $"{bold} {{\\scriptsize {Minus(whole[(at + 1)..])}}}";
    }

    private static string Minus(string number) => number.Replace("-", "$-$", StringComparison.Ordinal).Replace(Figures.None, "--", StringComparison.Ordinal);

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var letter in text)
        {
            escaped.Append(letter switch
            {
                '\\' => "\\textbackslash{}",
                '~' => "\\textasciitilde{}",
                '^' => "\\textasciicircum{}",
                '≥' => "$\\geq$",
                '↓' => "$\\downarrow$",
                '|' => "\\textbar{}",
                '&' or '%' or '$' or '#' or '_' or '{' or '}' => $"\\{letter}",
                < ' ' => " ",
                _ => letter.ToString(),
            });
        }

        return escaped.ToString();
    }
}
