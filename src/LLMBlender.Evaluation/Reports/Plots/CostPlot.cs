using LLMBlender.Core.Evaluation;

namespace LLMBlender.Evaluation.Reports.Plots;

/// <summary>
/// Plots cost against quality: comparisons per record, and the ranking criterion's value of the chosen candidates with its interval.
/// </summary>
internal static class CostPlot
{
    private const double Left = 70;
    private const double Width = 560;
    private const double Top = 16;
    private const double Height = 300;

    /// <summary>Returns the plot; empty if there is nothing to plot.</summary>
    public static string Draw(EvaluationReport report)
    {
        var points = Points(report);
        if (points.Count == 0)
        {
            return "";
        }

        var isLowBetter = report.Columns.Any(column => column.Name == report.Criterion && column.LowerIsBetter);
        var (low, high) = (points.Min(static point => point.Quality.Low), points.Max(static point => point.Quality.High));
        var room = Math.Max(1e-9, (high - low) * 0.08);
        (low, high) = (low - room, high + room);
        var most = Math.Max(1, points.Max(static point => point.Cost)) * 1.05;
        double X(double cost) => Left + 14 + (cost / most * (Width - 14));
        double Y(double quality) => Top + (Height * (isLowBetter ? quality - low : high - quality) / (high - low));
        var svg = new Svg(Left + Width + 210, Top + Height + 50, "comparisons against quality");
        Axes(svg, low, high, most, X, Y);
        foreach (var (point, y) in Labels(points, point => Y(point.Quality.Value)))
        {
            var (x, dot) = (X(point.Cost), Y(point.Quality.Value));
            svg.Line(x, Y(point.Quality.Low), x, Y(point.Quality.High), isBar: true);
            svg.Dot(x, dot, 4.5, point.Cost == 0 ? "var(--loss)" : "var(--win)", $"{point.Name}: {Figures.WithInterval(point.Quality)} for {Figures.Number(point.Cost)} comparisons");
            svg.Text(x + 9, y + 4, point.Name);
        }

        return svg.Text(Left + (Width / 2), Top + Height + 40, "comparisons a record", "middle", isDim: true)
            .Text(16, Top + (Height / 2), $"{report.Criterion}{(isLowBetter ? ", lower is better" : "")}", "middle", isDim: true, turn: -90).ToString();
    }

    // Rankers without comparisons, and the best single model, have cost 0.
    private static List<(string Name, double Cost, Interval Quality)> Points(EvaluationReport report)
    {
        var points = report.Engines.Select(static engine => (engine.Name, Cost: engine.Comparisons.Value, engine.Quality)).ToList();
        var column = report.Columns.ToList().FindIndex(column => column.Name == report.Criterion);
        if (column >= 0)
        {
            points.AddRange(report.Rows.Where(static row => row.Kind == "ranker").Concat(report.Rows.Where(static row => row.Kind == "model").Take(1))
                .Select(row => (row.Name, 0.0, row.Cells[column])));
        }

        return points.FindAll(static point => point.Quality.IsThere);
    }

    // Moves overlapping labels apart; only neighbours at the same cost can overlap.
    private static IEnumerable<((string Name, double Cost, Interval Quality) Point, double Y)> Labels(
        List<(string Name, double Cost, Interval Quality)> points, Func<(string Name, double Cost, Interval Quality), double> place)
    {
        var last = new Dictionary<double, double>();
        foreach (var point in points.OrderBy(static point => point.Cost).ThenBy(place))
        {
            var y = Math.Max(place(point), last.GetValueOrDefault(point.Cost, double.NegativeInfinity) + 15);
            last[point.Cost] = y;
            yield return (point, y);
        }
    }

    private static void Axes(Svg svg, double low, double high, double most, Func<double, double> x, Func<double, double> y)
    {
        svg.Line(Left, Top, Left, Top + Height).Line(Left, Top + Height, Left + Width, Top + Height);
        for (var tick = 0; tick <= 4; tick++)
        {
            var quality = low + ((high - low) * tick / 4);
            svg.Line(Left, y(quality), Left + Width, y(quality)).Text(Left - 6, y(quality) + 4, Figures.Number(quality), "end", isDim: true);
            var cost = most / 1.05 * tick / 4;
            svg.Text(x(cost), Top + Height + 18, $"{Math.Round(cost)}", "middle", isDim: true);
        }
    }
}
