namespace LLMBlender.Evaluation.Reports.Plots;

/// <summary>Plots how often each row's candidate has each rank: one bar a row, with the best rank at the left.</summary>
internal static class RankPlot
{
    private const double Label = 250;
    private const double Bar = 620;
    private const double Row = 22;

    /// <summary>Returns the plot.</summary>
    public static string Draw(IReadOnlyList<(string Name, int[] Counts)> rows)
    {
        (string Name, int[] Counts)[] shown = [.. rows.Where(static row => row.Counts.Sum() > 0)];
        var svg = new Svg(Label + Bar + 90, (shown.Length * Row) + 40, "how often each row has each rank");
        for (var i = 0; i < shown.Length; i++)
        {
            Draw(svg, shown[i].Name, shown[i].Counts, 24 + (i * Row));
        }

        for (var share = 0; share <= 4; share++)
        {
            svg.Text(Label + (Bar * share / 4), 14, $"{25 * share} %", "middle", isDim: true);
        }

        return svg.Text(Label + Bar + 26, 14, "mean", isDim: true).ToString();
    }

    private static void Draw(Svg svg, string name, int[] counts, double y)
    {
        var total = (double)counts.Sum();
        svg.Text(Label - 10, y + 14, name, "end");
        for (var (rank, x) = (0, Label); rank < counts.Length; rank++)
        {
            var width = Bar * counts[rank] / total;
            var strength = 0.05 + (0.95 * Math.Pow(1 - (rank / (double)Math.Max(1, counts.Length - 1)), 2));
            if (width > 0)
            {
                svg.Rectangle(x, y, Math.Max(0.3, width - 0.6), Row - 5, Svg.Mix("win", strength), $"{name}: rank {rank + 1} in {counts[rank]} of {total} records");
            }

            if (width > 16)
            {
                svg.Text(x + (width / 2), y + 13, $"{rank + 1}", "middle", fillBehind: strength);
            }

            x += width;
        }

        svg.Text(Label + Bar + 26, y + 14, Figures.Number(counts.Select(static (count, rank) => (double)count * (rank + 1)).Sum() / total), isDim: true);
    }
}
