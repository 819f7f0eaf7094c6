using System.Globalization;
using System.Text.RegularExpressions;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>What a process answers at <c>/metrics</c>: Prometheus' text format.</summary>
internal sealed partial class Scrape
{
    private static readonly string[] Parts = ["_bucket", "_sum", "_count"];

    // Of the exporter, and of a histogram's buckets.
    private static readonly string[] Technical = ["otel_scope_name", "le"];

    private readonly Dictionary<string, string> types = new(StringComparer.Ordinal);
    private readonly List<(string Name, Dictionary<string, string> Labels, double Value)> samples = [];

    private Scrape(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                var words = line.Split(' ');
                types[words[2]] = words[3];
            }
            else if (line[0] != '#')
            {
                Read(line);
            }
        }
    }

    /// <summary>All of it.</summary>
    public string Text { get; }

    /// <summary>The metrics' types by name.</summary>
    public IReadOnlyDictionary<string, string> Types => types;

    /// <summary>Asks a process.</summary>
    public static async Task<Scrape> OfAsync(Uri url)
    {
        using var http = new HttpClient();
        return new Scrape(await http.GetStringAsync(new Uri(url, "/metrics")));
    }

    /// <summary>Whether there is a series of this name, as queries name it.</summary>
    public bool Has(string series) => samples.Exists(sample => sample.Name == series);

    /// <summary>The labels that a series has anywhere, as queries name it.</summary>
    public HashSet<string> LabelsOf(string series) => [.. samples.Where(sample => sample.Name == series).SelectMany(sample => sample.Labels.Keys)];

    /// <summary>The labels that a metric has anywhere, without the technical ones.</summary>
    public string[] OwnLabelsOf(string metric) => [.. samples
        .Where(sample => sample.Name == metric || Array.Exists(Parts, part => sample.Name == metric + part))
        .SelectMany(sample => sample.Labels.Keys)
        .Distinct()
        .Except(Technical)
        .Order(StringComparer.Ordinal)];

    /// <summary>The sum of a series' samples that have these labels.</summary>
    public double Sum(string series, params (string Label, string Value)[] labels) => samples
        .Where(sample => sample.Name == series && Array.TrueForAll(labels, label => sample.Labels.GetValueOrDefault(label.Label) == label.Value))
        .Sum(sample => sample.Value);

    private void Read(string line)
    {
        var match = Sample().Match(line);
        Assert.True(match.Success, $"no sample: {line}");
        var labels = Label().Matches(match.Groups["labels"].Value).ToDictionary(label => label.Groups[1].Value, label => label.Groups[2].Value);
        samples.Add((match.Groups["name"].Value, labels, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture)));
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][\w:]*)(\{(?<labels>.*)\})? (?<value>[^ ]+)""")]
    private static partial Regex Sample();

    [GeneratedRegex("""(\w+)="((?:[^"\\]|\\.)*)"(?:,|$)""")]
    private static partial Regex Label();
}
