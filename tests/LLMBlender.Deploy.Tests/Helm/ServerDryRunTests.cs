using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Helm;

/// <summary>The chart's examples, as a real kube-apiserver validates and admits them, in a namespace of the Pod Security level <c>restricted</c>.</summary>
public sealed class ServerDryRunTests
{
    [Fact(SkipUnless = nameof(KubeApiServer.IsInstalled), SkipType = typeof(KubeApiServer), Skip = KubeApiServer.SkipReason)]
    public async Task Examples_DryRunOfAServer_AreAdmitted()
    {
        await using var server = await KubeApiServer.StartAsync();
        using var folder = new TemporaryFolder();
        await SucceedAsync(server, "create", "namespace", "ai");
        await SucceedAsync(server, "label", "namespace", "ai", "pod-security.kubernetes.io/enforce=restricted");
        foreach (var example in Directory.EnumerateFiles(Path.Combine(Chart.Folder, "examples"), "*.yaml").Order(StringComparer.Ordinal))
        {
            // Kinds of operators have their schemas elsewhere, and are checked against those by ChartTests.
            var manifests = (await Chart.ManifestsAsync(await File.ReadAllTextAsync(example))).Where(static manifest => IsOfKubernetes((string)manifest["apiVersion"]!)).ToArray<JsonNode>();
            Assert.NotEmpty(manifests);
            var list = new JsonObject { ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. manifests.Select(static manifest => manifest.DeepClone())]) };
            var file = folder.Write("manifests.json", list.ToJsonString(JsonSerializerOptions.Default));

            var outcome = await server.KubectlAsync("-n", "ai", "apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", file);

            Assert.True(outcome.Code == 0, $"{Path.GetFileName(example)}: {outcome.Error}");
            Assert.DoesNotContain("Warning", outcome.Error, StringComparison.Ordinal);
        }
    }

    private static bool IsOfKubernetes(string version) => !version.Contains('.', StringComparison.Ordinal) || version.Split('/')[0].EndsWith(".k8s.io", StringComparison.Ordinal)
        && !version.StartsWith("gateway.networking.", StringComparison.Ordinal);

    private static async Task SucceedAsync(KubeApiServer server, params string[] args)
    {
        var outcome = await server.KubectlAsync(args);
        Assert.True(outcome.Code == 0, outcome.Error);
    }
}
