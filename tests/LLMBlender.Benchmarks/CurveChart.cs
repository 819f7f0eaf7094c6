using System.Globalization;
using LLMBlender.Evaluation.Reports.Plots;

namespace LLMBlender.Benchmarks;

/// <summary>A page of line charts: the places of the horizontal axis are the measured ones, and the vertical axis begins at 0.</summary>
internal static class CurveChart
{
    private const int Ticks = 5;
    private const double Left = 60;
    private const double Width = 420;
    private const double Top = 28;
    private const double Height = 220;
    private const double Legend = 220;

    private static readonly string[] Colours = ["#127a84", "#b4641f", "#6b4fa0", "#3f7d3a", "#a33b52"];

    /// <summary>The beginning of a page.</summary>
    public static string Head(string title) => $$"""
        <!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{{title}}</title>
        <style>
        :root { color-scheme: light dark; --text: #1d2126; --dim: #626a73; --line: #dcdfe2; }
        @media (prefers-color-scheme: dark) { :root { --text: #e6e8ea; --dim: #98a1aa; --line: #30363c; } }
        body { margin: 2rem; font: 15px/1.5 system-ui, sans-serif; color: var(--text); }
        div { display: flex; flex-wrap: wrap; gap: 1rem; } svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
        svg text.dim { fill: var(--dim); } svg line { stroke: var(--line); }
        p { max-width: 62rem; } figure { margin: 0 0 1rem; } table { border-collapse: collapse; font-size: 13px; } th { text-align: left; font-weight: normal; color: var(--dim); padding: .1rem .8rem .1rem 0; }
        td { text-align: right; padding: .1rem .8rem .1rem 0; font-variant-numeric: tabular-nums; } td + td { min-width: 3rem; } .conditions td { text-align: left; }
        </style>
        <h1>{{title}}</h1>

        """;

    /// <summary>A chart as SVG.</summary>
    /// <param name="title">What the vertical axis has.</param>
    /// <param name="across">What the horizontal axis has.</param>
    /// <param name="series">Lines by name.</param>
    /// <param name="least">The least height of the vertical axis.</param>
    /// <param name="isLinear">Whether distances on the horizontal axis are those of the places, from 0; else places are at equal distances.</param>
    public static string Draw(string title, string across, IReadOnlyList<Series> series, double least = 0, bool isLinear = false)
    {
        int[] places = [.. series.SelectMany(static line => line.Points).Select(static point => point.X).Distinct().Order()];
        var most = Math.Max(Math.Max(least, 1e-9), series.SelectMany(static line => line.Points).Max(static point => point.High ?? point.Y));
        var step = Step(most / Ticks);
        var ticks = (int)Math.Ceiling((most / step) - 1e-9);
        double X(int place) => Left + (Width * (isLinear ? (double)place / places[^1] : (double)Array.IndexOf(places, place) / Math.Max(1, places.Length - 1)));
        double Y(double value) => Top + (Height * (1 - (value / (step * ticks))));
        var svg = new Svg(Left + Width + Legend, Top + Height + 40, title);
        svg.Text(Left - 40, Top - 14, title).Text(Left + (Width / 2), Top + Height + 36, across, "middle", isDim: true);
        for (var tick = 0; tick <= ticks; tick++)
        {
            var y = Y(step * tick);
            svg.Line(Left, y, Left + Width, y).Text(Left - 6, y + 4, (step * tick).ToString("0.##", CultureInfo.InvariantCulture), "end", isDim: true);
        }

        Array.ForEach(places, place => svg.Line(X(place), Top + Height, X(place), Top + Height + 4).Text(X(place), Top + Height + 18, $"{place}", "middle", isDim: true));
        for (var i = 0; i < series.Count; i++)
        {
            Draw(svg, series[i], Colours[i % Colours.Length], X, Y);
            svg.Dot(Left + Width + 20, Top + 10 + (i * 18), 4, Colours[i % Colours.Length], series[i].Name).Text(Left + Width + 30, Top + 14 + (i * 18), series[i].Name);
        }

        return svg.ToString();
    }

    // The next of 1, 2, 2.5 and 5 times a power of ten.
    private static double Step(double least)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
        return power * ((double[])[1, 2, 2.5, 5, 10]).First(factor => factor * power >= least * (1 - 1e-9));
    }

    private static void Draw(Svg svg, Series line, string colour, Func<int, double> x, Func<double, double> y)
    {
        for (var i = 0; i < line.Points.Count; i++)
        {
            var point = line.Points[i];
            svg.Dot(x(point.X), y(point.Y), 3.5, colour, FormattableString.Invariant($"{line.Name}, {point.X}: {point.Y:0.###}"));
            if (point is { Low: { } low, High: { } high })
            {
                svg.Stroke(x(point.X), y(low), x(point.X), y(high), colour);
            }

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
    /// <param name="X">Its place.</param>
    /// <param name="Y">Its value.</param>
    /// <param name="Low">The least value measured there; null if there is one value.</param>
    /// <param name="High">The greatest.</param>
    internal readonly record struct Point(int X, double Y, double? Low = null, double? High = null);
}
