using System.Globalization;
using System.Text;
using LLMBlender.Evaluation.Reports.Plots;

namespace LLMBlender.Benchmarks;

/// <summary>What engines ask and how well they choose, against the number of candidates: a page of curves.</summary>
internal static class EngineCurves
{
    private const double Left = 60;
    private const double Width = 420;
    private const double Top = 20;
    private const double Height = 220;
    private const double Legend = 170;

    private static readonly string[] Colours = ["#127a84", "#b4641f", "#6b4fa0", "#3f7d3a", "#a33b52"];

    private static readonly (string Title, Func<Point, double> Value)[] Charts =
    [
        ("share of all pairs compared", static point => point.Share),
        ("same best as the full matrix", static point => point.Best),
        ("rounds", static point => point.Rounds),
    ];

    /// <summary>The page.</summary>
    public static string Html(IReadOnlyList<Point> points)
    {
        var page = new StringBuilder("""
            <!doctype html><meta charset="utf-8"><title>Engines</title>
            <style>
            :root { color-scheme: light dark; --text: #1d2126; --dim: #626a73; --line: #dcdfe2; }
            @media (prefers-color-scheme: dark) { :root { --text: #e6e8ea; --dim: #98a1aa; --line: #30363c; } }
            body { margin: 2rem; font: 15px/1.5 system-ui, sans-serif; color: var(--text); }
            div { display: flex; flex-wrap: wrap; gap: 1rem; } svg text { fill: var(--text); font: 12px system-ui, sans-serif; }
            svg text.dim { fill: var(--dim); } svg line { stroke: var(--line); }
            </style>
            <h1>What aggregations ask, and how well they choose</h1>
            <p>Simulated rankers: a logit is the difference of two qualities, plus the side's advantage, plus noise, in units of the qualities' deviation.</p>

            """);
        foreach (var group in points.Where(static point => !point.Engine.Contains("0.", StringComparison.Ordinal)).GroupBy(static point => point.Noise))
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>noise {group.Key}</h2>\n<div>\n");
            foreach (var (title, value) in Charts)
            {
                page.Append(Draw(title, [.. group], value)).Append('\n');
            }

            page.Append("</div>\n");
        }

        return page.ToString();
    }

    private static string Draw(string title, Point[] points, Func<Point, double> value)
    {
        int[] counts = [.. points.Select(static point => point.Count).Distinct().Order()];
        var most = Math.Max(1, points.Max(value));
        double X(int count) => Left + (Width * Array.IndexOf(counts, count) / Math.Max(1, counts.Length - 1));
        double Y(double one) => Top + (Height * (1 - (one / most)));
        var svg = new Svg(Left + Width + Legend, Top + Height + 40, title);
        svg.Text(Left, Top - 6, title).Text(Left + (Width / 2), Top + Height + 34, "candidates", "middle", isDim: true);
        for (var tick = 0; tick <= 4; tick++)
        {
            var y = Y(most * tick / 4);
            svg.Line(Left, y, Left + Width, y)
                .Text(Left - 6, y + 4, (most * tick / 4).ToString("0.##", CultureInfo.InvariantCulture), "end", isDim: true);
        }

        Array.ForEach(counts, count => svg.Text(X(count), Top + Height + 18, $"{count}", "middle", isDim: true));
        var place = 0;
        foreach (var engine in points.GroupBy(static point => point.Engine))
        {
            var colour = Colours[place % Colours.Length];
            Point[] line = [.. engine.OrderBy(static point => point.Count)];
            for (var i = 0; i < line.Length; i++)
            {
                var (x, y) = (X(line[i].Count), Y(value(line[i])));
                svg.Dot(x, y, 3.5, colour, FormattableString.Invariant($"{engine.Key}, {line[i].Count} candidates: {value(line[i]):0.###}"));
                if (i > 0)
                {
                    svg.Stroke(X(line[i - 1].Count), Y(value(line[i - 1])), x, y, colour);
                }
            }

            svg.Dot(Left + Width + 20, Top + 10 + (place * 18), 4, colour, engine.Key).Text(Left + Width + 30, Top + 14 + (place * 18), engine.Key);
            place++;
        }

        return svg.ToString();
    }

    /// <summary>One engine on rankings of one size and noise, on average.</summary>
    /// <param name="Engine">Its name.</param>
    /// <param name="Noise">Deviation of the noise.</param>
    /// <param name="Count">Candidates.</param>
    /// <param name="Share">Share of the ordered pairs that it compared.</param>
    /// <param name="Best">Share of rankings with the full matrix's best.</param>
    /// <param name="Rounds">Dependent waits.</param>
    internal sealed record Point(string Engine, double Noise, int Count, double Share, double Best, double Rounds);
}
