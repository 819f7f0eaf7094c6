using System.Text.Json;
using System.Text.RegularExpressions;
using LLMBlender.TestKit;
using YamlDotNet.RepresentationModel;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>What the checkout tells operators: dashboards, alert rules, the table of metrics.</summary>
internal static partial class Files
{
    /// <summary>The alert rules.</summary>
    public static string Alerts { get; } = Repository.File("helm", "llmblender", "files", "alerts.yaml");

    /// <summary>The dashboards.</summary>
    public static string[] Dashboards { get; } =
        [.. Directory.GetFiles(Repository.File("helm", "llmblender", "files", "dashboards"), "*.json").Order(StringComparer.Ordinal)];

    private static string Metrics { get; } = Repository.File("deploy", "METRICS.md");

    /// <summary>The table of metrics: name, type, labels.</summary>
    public static IReadOnlyList<(string Name, string Type, string[] Labels)> Table() =>
    [
        .. File.ReadLines(Metrics).Select(line => Row().Match(line)).Where(match => match.Success).Select(match => (
            match.Groups[1].Value,
            match.Groups[2].Value,
            (string[])[.. Quoted().Matches(match.Groups[3].Value).Select(label => label.Groups[1].Value).Order(StringComparer.Ordinal)])),
    ];

    /// <summary>The sections of the same file, as links name them.</summary>
    public static HashSet<string> Sections() =>
        [.. File.ReadLines(Metrics).Where(line => line.StartsWith('#')).Select(line => line.TrimStart('#').Trim().ToLowerInvariant().Replace(' ', '-'))];

    /// <summary>The alerts: name, expression, annotations.</summary>
    public static IReadOnlyList<(string Name, string Expression, IReadOnlyDictionary<string, string> Annotations)> Rules()
    {
        var yaml = new YamlStream();
        using var reader = File.OpenText(Alerts);
        yaml.Load(reader);
        return [.. Items(yaml.Documents[0].RootNode["groups"]).SelectMany(group => Items(group["rules"])).Select(rule => (
            $"{rule["alert"]}",
            $"{rule["expr"]}",
            (IReadOnlyDictionary<string, string>)((YamlMappingNode)rule["annotations"]).Children.ToDictionary(entry => $"{entry.Key}", entry => $"{entry.Value}")))];
    }

    /// <summary>Every query of a dashboard, with its panel's title.</summary>
    public static IReadOnlyList<(string Panel, string Expression)> Queries(string dashboard)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(dashboard));
        return [.. json.RootElement.GetProperty("panels").EnumerateArray()
            .Where(panel => panel.TryGetProperty("targets", out _))
            .SelectMany(panel => panel.GetProperty("targets").EnumerateArray().Select(
                target => (panel.GetProperty("title").GetString()!, target.GetProperty("expr").GetString()!)))];
    }

    /// <summary>The names of a dashboard's variables.</summary>
    public static IReadOnlyList<string> Variables(string dashboard)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(dashboard));
        return [.. json.RootElement.GetProperty("templating").GetProperty("list").EnumerateArray().Select(variable => variable.GetProperty("name").GetString()!)];
    }

    private static IEnumerable<YamlNode> Items(YamlNode node) => (YamlSequenceNode)node;

    [GeneratedRegex(@"^\| `([a-z_]+)` \| (\w+) \| (.*?) ?\| .+ \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`([a-z_]+)`")]
    private static partial Regex Quoted();
}
