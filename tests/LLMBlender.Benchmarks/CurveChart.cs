using System.Globalization;
using LLMBlender.Evaluation.Reports.Plots;

namespace LLMBlender.Benchmarks;

/// <summary>A page of line charts: the places of the horizontal axis are the measured ones, at equal distances, and the vertical axis begins at 0.</summary>
internal static class CurveChart
{
    private const double Left = 60;
    private const double Width = 420;
    private const double Top = 20;
    private const double Height = 220;
    private const double Legend = 220;

    private static readonly string[] Colours = ["#127a84", "#b4641f", "#6b4fa0", "#3f7d3a", "#a33b52"];

    /// <summary>The beginning of a page.</summary>
    public static string Head(string title) => $$"""
        <!doctype html><meta charset="utf-8"><title>{{title}}</title>
        <style>
        :root { color-scheme: light dark; --text: #1d2126; --dim: #626a73; --line: #dcdfe2; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6e8ea; --dim: #98a1aa; --line: #30363c; } }
        body { margin: 2rem; font: 15px/1.5 system-ui, sans-serif; color: var(--text); }
        div { display: flex; flex-wrap: wrap; gap: 1rem; } svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
        svg text.dim { fill: var(--dim); } svg line { stroke: var(--line); }
        </style>
        <h1>{{title}}</h1>

        """;

    /// <summary>A chart as SVG.</summary>
    /// <param name="title">What the vertical axis has.</param>
    /// <param name="across">What the horizontal axis has.</param>
    /// <param name="series">Lines by name.</param>
    /// <param name="least">The least height of the vertical axis.</param>
    public static string Draw(string title, string across, IReadOnlyList<Series> series, double least = 0)
    {
        int[] places = [.. series.SelectMany(static line => line.Points).Select(static point => point.X).Distinct().Order()];
        var most = Math.Max(Math.Max(least, 1e-9), series.SelectMany(static line => line.Points).Max(static point => point.Y));
        double X(int place) => Left + (Width * Array.IndexOf(places, place) / Math.Max(1, places.Length - 1));
        double Y(double value) => Top + (Height * (1 - (value / most)));
        var svg = new Svg(Left + Width + Legend, Top + Height + 40, title);
        svg.Text(Left, Top - 6, title).Text(Left + (Width / 2), Top + Height + 34, across, "middle", isDim: true);
        for (var tick = 0; tick <= 4; tick++)
        {
            var y = Y(most * tick / 4);
            svg.Line(Left, y, Left + Width, y).Text(Left - 6, y + 4, (most * tick / 4).ToString("0.##", CultureInfo.InvariantCulture), "end", isDim: true);
        }

        Array.ForEach(places, place => svg.Text(X(place), Top + Height + 18, $"{place}", "middle", isDim: true));
        for (var i = 0; i < series.Count; i++)
        {
            Draw(svg, series[i], Colours[i % Colours.Length], X, Y);
            svg.Dot(Left + Width + 20, Top + 10 + (i * 18), 4, Colours[i % Colours.Length], series[i].Name).Text(Left + Width + 30, Top + 14 + (i * 18), series[i].Name);
        }

        return svg.ToString();
    }

    private static void Draw(Svg svg, Series line, string colour, Func<int, double> x, Func<double, double> y)
    {
        for (var i = 0; i < line.Points.Count; i++)
        {
            var point = line.Points[i];
            svg.Dot(x(point.X), y(point.Y), 3.5, colour, FormattableString.Invariant($"{line.Name}, {point.X}: {point.Y:0.###}"));
            if (i > 0)
            {
                svg.Stroke(x(line.Points[i - 1].X), y(line.Points[i - 1].Y), x(point.X), y(point.Y), colour);
            }
        }
    }

    /// <summary>One line.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Points">Its points, from left to right.</param>
    internal sealed record Series(string Name, IReadOnlyList<Point> Points);

    /// <summary>One measured point.</summary>
    internal readonly record struct Point(int X, double Y);
}
