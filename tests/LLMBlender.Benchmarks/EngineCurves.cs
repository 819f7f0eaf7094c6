using System.Globalization;
using System.Text;

namespace LLMBlender.Benchmarks;

/// <summary>What engines ask and how well they choose, against the number of candidates: a page of curves.</summary>
internal static class EngineCurves
{
    private static readonly (string Title, Func<Point, double> Value)[] Charts =
    [
        ("share of all pairs compared", static point => point.Share),
        ("same best as the full matrix", static point => point.Best),
        ("rounds", static point => point.Rounds),
    ];

    /// <summary>The page.</summary>
    public static string Html(IReadOnlyList<Point> points)
    {
        var page = new StringBuilder(CurveChart.Head("What aggregations ask, and how well they choose"))
            .Append("<p>Simulated rankers: a logit is the difference of two qualities, plus the side's advantage, plus noise, in units of the qualities' deviation.</p>\n");
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

    private static string Draw(string title, Point[] points, Func<Point, double> value) => CurveChart.Draw(
        title,
        "candidates",
        [.. points.GroupBy(static point => point.Engine).Select(engine => new CurveChart.Series(
            engine.Key, [.. engine.OrderBy(static point => point.Count).Select(point => new CurveChart.Point(point.Count, value(point)))]))],
        least: 1);

    /// <summary>One engine on rankings of one size and noise, on average.</summary>
    /// <param name="Engine">Its name.</param>
    /// <param name="Noise">Deviation of the noise.</param>
    /// <param name="Count">Candidates.</param>
    /// <param name="Share">Share of the ordered pairs that it compared.</param>
    /// <param name="Best">Share of rankings with the full matrix's best.</param>
    /// <param name="Rounds">Dependent waits.</param>
    internal sealed record Point(string Engine, double Noise, int Count, double Share, double Best, double Rounds);
}
