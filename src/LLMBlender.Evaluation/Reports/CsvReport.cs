using System.Globalization;
using System.Text;

namespace LLMBlender.Evaluation.Reports;

/// <summary>
/// Writes a report's tables as CSV (RFC 4180), one value a line: table, group, row, column, value, the ends of its 95 % interval and the
/// number of records. Shares are from 0 to 1; a missing value is empty.
/// </summary>
internal static class CsvReport
{
    /// <summary>Returns the document.</summary>
    public static string Write(EvaluationReport report)
    {
        var text = new StringBuilder("table,group,row,column,value,low,high,records\r\n");
        foreach (var table in ReportTables.Others(report).Prepend(ReportTables.Results(report)))
        {
            foreach (var row in table.Rows)
            {
                for (var i = 0; i < row.Cells.Length; i++)
                {
                    var cell = row.Cells[i];
                    string[] fields =
                    [
                        table.Key, row.Group ?? "", row.Name, table.Columns[i].Name, Number(cell.Value), Number(cell.Low), Number(cell.High),
                        cell.Count.ToString(CultureInfo.InvariantCulture),
                    ];
                    text.AppendJoin(',', fields.Select(Field)).Append("\r\n");
                }
            }
        }

        return text.ToString();
    }

    private static string Number(double value) => double.IsFinite(value) ? value.ToString("R", CultureInfo.InvariantCulture) : "";

    private static string Field(string text) =>
        text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
