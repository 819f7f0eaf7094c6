using System.Globalization;

namespace LLMBlender.LocalCluster;

/// <summary>Metrics as a process exports them.</summary>
internal sealed class Samples
{
    private readonly List<(string Name, string Labels, double Value)> all = [];

    /// <summary>Reads Prometheus' text format.</summary>
    public static Samples Read(string text)
    {
        var samples = new Samples();
        foreach (var line in text.Split('\n').Where(line => line.Length > 0 && line[0] != '#'))
        {
            var end = line.LastIndexOf('}') + 1;
            var name = line[..(end > 0 ? line.IndexOf('{', StringComparison.Ordinal) : line.IndexOf(' ', StringComparison.Ordinal))];
            var value = line[Math.Max(end, name.Length)..].Trim().Split(' ')[0];
            samples.all.Add((name, end > 0 ? line[name.Length..end] : "", double.Parse(value, CultureInfo.InvariantCulture)));
        }

        return samples;
    }

    /// <summary>Adds a series.</summary>
    public void Add(string name, string labels, double value) => all.Add((name, labels, value));

    /// <summary>The sum of the series of a name whose labels contain all of these.</summary>
    public double Sum(string name, params string[] labels) => all
        .Where(sample => sample.Name == name && labels.All(label => sample.Labels.Contains(label, StringComparison.Ordinal)))
        .Sum(sample => sample.Value);
}
