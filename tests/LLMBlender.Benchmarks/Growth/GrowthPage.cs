using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLMBlender.Benchmarks.Growth;

/// <summary>The report as a page without links to other files, and as JSON.</summary>
internal static class GrowthPage
{
    private const string Title = "How LLMBlender's cost grows";

    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The page.</summary>
    public static string Html(IReadOnlyList<(string Name, string Value)> conditions, IReadOnlyList<GrowthSection> sections)
    {
        var page = new StringBuilder(CurveChart.Head(Title)).Append(
            """
            <p>LLMBlender ranks the answers of several language models by comparing pairs of them with a ranker. This page has what that costs, as measured in one run on one machine:
            builds took turns at the same questions, so that their ratio is worth more than any figure alone. A dot is the median of the rounds, its bar reaches from the least round to the greatest. Processor time is what all threads of the serving processes took together;
            other work on the machine changes it less than time by the clock, which a load above the number of cores makes long and uneven.</p>
            <h2>Conditions</h2>
            <table class="conditions">

            """);
        foreach (var (name, value) in conditions)
        {
            page.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(name)}</th><td>{Text(value)}</td></tr>\n");
        }

        page.Append("</table>\n").Append(InShort(sections));
        foreach (var section in sections)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Text(section.Title)}</h2>\n<p>{Text(section.Text)}</p>\n<div>\n");
            foreach (var chart in section.Charts)
            {
                page.Append("<figure>\n").Append(CurveChart.Draw($"{chart.Title}, {chart.Unit} ({(chart.IsTime ? "lower" : "higher")} is better)", chart.Across, chart.Series, isLinear: true)).Append('\n').Append(Table(chart)).Append("</figure>\n");
            }

            page.Append("</div>\n");
        }

        return page.ToString();
    }

    /// <summary>The figures.</summary>
    public static string Json(IReadOnlyList<(string Name, string Value)> conditions, IReadOnlyList<GrowthSection> sections) => JsonSerializer.Serialize(
        new
        {
            Title,
            Conditions = conditions.ToDictionary(static one => one.Name, static one => one.Value),
            Charts = sections.SelectMany(static section => section.Charts.Select(chart => new
            {
                Section = section.Title,
                chart.Title,
                chart.Unit,
                chart.Across,
                Series = chart.Series.Select(static line => new
                {
                    line.Name,
                    Points = line.Points.Select(static point => new { At = point.X, Median = Math.Round(point.Y, 3), Least = Math.Round(point.Low ?? point.Y, 3), Greatest = Math.Round(point.High ?? point.Y, 3) }),
                }),
            })),
        },
        Indented) + "\n";

    // Of two builds, the ratio of each quantity: the geometric mean over the places.
    private static string InShort(IReadOnlyList<GrowthSection> sections)
    {
        var rows = new StringBuilder();
        foreach (var section in sections)
        {
            foreach (var (title, names, ratios) in section.Charts.Where(static chart => chart.IsOfBuilds).Select(static chart => (chart.Title, Names(chart), Ratios(chart))))
            {
                var mean = Math.Exp(ratios.Average(Math.Log)).ToString("0.00", CultureInfo.InvariantCulture);
                rows.Append(CultureInfo.InvariantCulture, $"<tr><th>{Text(section.Title)}</th><th>{Text(title)}</th><td>{Text(names)}</td><td>{mean}</td></tr>\n");
            }
        }

        return rows.Length == 0 ? "" : $"<h2>In short</h2>\n<p>The ratio of the medians, as the geometric mean over the places of a curve. Below 1 is better for times, above 1 for throughput.</p>\n<table>\n{rows}</table>\n";
    }

    private static string Names(GrowthChart chart) => string.Join(" / ", chart.Series.Select(static line => line.Name.Split(':')[0]));

    private static double[] Ratios(GrowthChart chart) =>
        [.. chart.Series[0].Points.Zip(chart.Series[1].Points, static (first, second) => Math.Max(first.Y, 1e-6) / Math.Max(second.Y, 1e-6))];

    // The medians, and how many times the first line's the second's is.
    private static string Table(GrowthChart chart)
    {
        var table = new StringBuilder("<table><tr><th>").Append(Text(chart.Across)).Append("</th>");
        foreach (var point in chart.Series[0].Points)
        {
            table.Append(CultureInfo.InvariantCulture, $"<td>{point.X}</td>");
        }

        foreach (var line in chart.Series)
        {
            Row(line.Name, line.Points.Select(static point => point.Y.ToString(point.Y < 10 ? "0.00" : point.Y < 100 ? "0.0" : "0", CultureInfo.InvariantCulture)));
        }

        if (chart.IsOfBuilds)
        {
            Row(Names(chart), Ratios(chart).Select(static ratio => ratio.ToString("0.00", CultureInfo.InvariantCulture)));
        }

        return table.Append("</tr></table>\n").ToString();

        void Row(string name, IEnumerable<string> values)
        {
            table.Append("</tr>\n<tr><th>").Append(Text(name)).Append("</th>");
            foreach (var value in values)
            {
                table.Append("<td>").Append(value).Append("</td>");
            }
        }
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
