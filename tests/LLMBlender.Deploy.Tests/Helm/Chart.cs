using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;
using YamlDotNet.Serialization;

namespace LLMBlender.Deploy.Tests.Helm;

/// <summary>The chart, as helm sees it.</summary>
internal static class Chart
{
    private const string KubernetesVersion = "1.32.0";
    private static readonly ISerializer ToJson = new SerializerBuilder().JsonCompatible().Build();
    private static readonly IDeserializer FromYaml = new DeserializerBuilder().WithAttemptingUnquotedStringTypeDeserialization().Build();

    private static readonly ConcurrentDictionary<string, Lazy<Task<Outcome>>> Rendered = new();

    /// <summary>The chart's folder.</summary>
    public static string Folder => Repository.File("helm", "llmblender");

    /// <summary>Checks the chart with values.</summary>
    public static async Task<Outcome> LintAsync(string values)
    {
        using var folder = new TemporaryFolder();
        return await Npm.HelmAsync("lint", Folder, "--strict", "--values", folder.Write("values.yaml", values));
    }

    /// <summary>What helm would install, or why it wouldn't; asked of helm once.</summary>
    public static Task<Outcome> TemplateAsync(string values) => Rendered.GetOrAdd(values, static values => new Lazy<Task<Outcome>>(() => RenderAsync(values))).Value;

    /// <summary>What helm would install, as documents.</summary>
    public static async Task<JsonObject[]> ManifestsAsync(string values)
    {
        var outcome = await TemplateAsync(values);
        Assert.True(outcome.Code == 0, outcome.Error);
        return [.. outcome.Output.Split("\n---\n").Select(Read).OfType<JsonObject>()];
    }

    /// <summary>A YAML document as JSON.</summary>
    public static JsonNode? Read(string yaml) =>
        FromYaml.Deserialize<object?>(yaml) is { } value ? JsonNode.Parse(ToJson.Serialize(value)) : null;

    /// <summary>A file of the chart as JSON.</summary>
    public static JsonNode ReadFile(params string[] path)
    {
        var text = File.ReadAllText(Path.Combine([Folder, .. path]));
        return path[^1].EndsWith(".json", StringComparison.Ordinal) ? JsonNode.Parse(text, documentOptions: new JsonDocumentOptions())! : Read(text)!;
    }

    private static async Task<Outcome> RenderAsync(string values)
    {
        using var folder = new TemporaryFolder();
        return await Npm.HelmAsync(
            "template", "trial", Folder, "--namespace", "ai", "--kube-version", KubernetesVersion, "--values", folder.Write("values.yaml", values));
    }
}
