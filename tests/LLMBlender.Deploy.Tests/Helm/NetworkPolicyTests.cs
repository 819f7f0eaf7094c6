using System.Text.Json.Nodes;

namespace LLMBlender.Deploy.Tests.Helm;

/// <summary>Who reaches a pod's HTTP, by all policies together: a peer that one of them lets in is in.</summary>
public sealed class NetworkPolicyTests
{
    private const string Everybody = "everybody";
    private const string Ingress = """{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"ingress"}}}""";
    private const string Monitoring = """{"namespaceSelector":{"matchLabels":{"kubernetes.io/metadata.name":"monitoring"}}}""";
    private const string Test = """{"podSelector":{"matchLabels":{"app.kubernetes.io/name":"llmblender","app.kubernetes.io/instance":"trial","app.kubernetes.io/component":"test"}}}""";

    [Theory]
    [InlineData("Trial", "gateway", Everybody)]
    [InlineData("Trial", "compare", Everybody)]
    [InlineData("Fronted", "gateway", Ingress, Test)]
    [InlineData("Fronted", "compare", Everybody)]
    [InlineData("Closed", "gateway", Ingress, Monitoring, Test)]
    [InlineData("Closed", "compare", Monitoring)]
    public async Task Http_OfAPod_HearsThosePeersAlone(string variant, string component, params string[] peers)
    {
        var manifests = await Chart.ManifestsAsync(Variants.All[variant]);
        var labels = ChartTests.Silos(manifests).Select(deployment => deployment["spec"]!["template"]!["metadata"]!["labels"]!.AsObject())
            .Single(labels => (string?)labels["app.kubernetes.io/component"] == component);

        var policies = manifests.Where(manifest => (string?)manifest["kind"] == "NetworkPolicy" && Selects(manifest["spec"]!["podSelector"]!, labels)).ToArray();
        var heard = policies.SelectMany(policy => policy["spec"]!["ingress"]!.AsArray())
            .Where(rule => rule!["ports"]!.AsArray().Any(port => (int)port!["port"]! == 8080))
            .SelectMany(rule => rule!["from"]?.AsArray().Select(peer => peer!.ToJsonString()) ?? [Everybody]);

        Assert.NotEmpty(policies);
        Assert.Equal(peers.Order(StringComparer.Ordinal), heard.Distinct().Order(StringComparer.Ordinal));
    }

    private static bool Selects(JsonNode selector, JsonObject labels) =>
        selector["matchLabels"]!.AsObject().All(label => (string?)labels[label.Key] == (string?)label.Value)
        && (selector["matchExpressions"]?.AsArray() ?? []).All(rule =>
            rule!["values"]!.AsArray().Any(value => (string?)value == (string?)labels[(string)rule["key"]!]) == ((string)rule["operator"]! == "In"));
}
