using System.Globalization;
using System.Net;
using LLMBlender.Evaluation.Reports;
using LLMBlender.Evaluation.Reports.Plots;

namespace LLMBlender.Evaluation.Staging;

/// <summary>Plots what staged asking keeps of the full panel's quality against its share of the calls.</summary>
public static class StagingPlot
{
    private const double Left = 70;
    private const double Width = 560;
    private const double Top = 16;
    private const double Height = 240;
    private const int Lines = 5;

    /// <summary>Returns a self-contained page.</summary>
    /// <param name="title">What was measured.</param>
    /// <param name="points">The points, by threshold.</param>
    /// <param name="full">All members asked.</param>
    public static string Page(string title, IReadOnlyList<StagingPoint> points, StagingPoint full)
    {
        ArgumentNullException.ThrowIfNull(points);
        ArgumentNullException.ThrowIfNull(full);
        return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">"
            + "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
            + $"<title>LLMBlender: asking in stages</title><style>{HtmlReport.Resource("report.css")}</style></head><body>\n<h1>Asking in stages</h1>\n<p>{WebUtility.HtmlEncode(title)}</p>\n"
            + $"<h2>Judge's score</h2>\n{Draw(points, full, "judge's score of the chosen", static point => point.Score, isLowBetter: false)}\n"
            + $"<h2>Rank</h2>\n{Draw(points, full, "mean rank of the chosen, lower is better", static point => point.Rank, isLowBetter: true)}\n</body></html>\n";
    }

    private static string Draw(IReadOnlyList<StagingPoint> points, StagingPoint full, string axis, Func<StagingPoint, double> quality, bool isLowBetter)
    {
        var values = points.Append(full).Select(quality).ToArray();
        var room = Math.Max(1e-9, (values.Max() - values.Min()) * 0.1);
        var (low, high) = (values.Min() - room, values.Max() + room);
        double X(double calls) => Left + (calls * Width);
        double Y(double value) => Top + (Height * (isLowBetter ? value - low : high - value) / (high - low));
        var svg = new Svg(Left + Width + 30, Top + Height + 50, $"{axis} against share of calls");
        for (var i = 0; i <= Lines; i++)
        {
            var (share, value) = ((double)i / Lines, low + ((high - low) * i / Lines));
            svg.Line(X(share), Top, X(share), Top + Height).Text(X(share), Top + Height + 18, string.Create(CultureInfo.InvariantCulture, $"{100 * share:0} %"), "middle", isDim: true);
            svg.Line(Left, Y(value), Left + Width, Y(value)).Text(Left - 8, Y(value) + 4, value.ToString("0.###", CultureInfo.InvariantCulture), "end", isDim: true);
        }

        svg.Stroke(Left, Y(quality(full)), Left + Width, Y(quality(full)), "var(--loss)");
        foreach (var (from, to) in points.Zip(points.Skip(1)))
        {
            svg.Stroke(X(from.Calls), Y(quality(from)), X(to.Calls), Y(quality(to)), "var(--win)");
        }

        foreach (var point in points)
        {
            svg.Dot(X(point.Calls), Y(quality(point)), 3.5, "var(--win)", string.Create(CultureInfo.InvariantCulture, $"threshold {point.Threshold:0.00}: {quality(point):0.####} at {100 * point.Calls:0.#} % of the calls"));
        }

        return svg.Text(Left + (Width / 2), Top + Height + 40, "share of the full panel's calls; the level line is the full panel", "middle", isDim: true)
            .Text(14, Top + (Height / 2), axis, "middle", isDim: true, turn: -90).ToString();
    }
}
