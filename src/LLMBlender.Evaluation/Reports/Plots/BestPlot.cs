namespace LLMBlender.Evaluation.Reports.Plots;

/// <summary>Plots the share of records in which each model is best, by subset of the data.</summary>
internal static class BestPlot
{
    private const double Label = 190;
    private const double Cell = 62;
    private const double Row = 26;
    private const double Head = 120;

    /// <summary>Returns the plot.</summary>
    public static string Draw(IReadOnlyList<string> models, IReadOnlyList<(string Group, int Records, double[] Shares)> rows)
    {
        var svg = new Svg(Label + (models.Count * Cell) + 90, Head + (rows.Count * Row) + 8, "share of records that each model is best in");
        var largest = rows.Max(static row => row.Shares.DefaultIfEmpty(0).Max());
        for (var m = 0; m < models.Count; m++)
        {
            svg.Text(Label + (m * Cell) + (Cell / 2), Head - 10, models[m], turn: -40);
        }

        for (var r = 0; r < rows.Count; r++)
        {
            var (group, records, shares) = rows[r];
            var y = Head + (r * Row);
            svg.Text(Label - 10, y + 17, $"{group} ({records})", "end");
            for (var m = 0; m < models.Count; m++)
            {
                var strength = largest > 0 ? shares[m] / largest * 0.85 : 0;
                svg.Rectangle(Label + (m * Cell), y, Cell - 2, Row - 2, Svg.Mix("win", strength), $"{models[m]} is best in {Figures.Number(shares[m], true)} % of {group}");
                svg.Text(Label + (m * Cell) + (Cell / 2) - 1, y + 17, $"{Figures.Number(shares[m], true)} %", "middle", fillBehind: strength);
            }
        }

        return svg.ToString();
    }
}
