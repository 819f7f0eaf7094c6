using System.Text.Json.Nodes;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Helm;

/// <summary>What the chart installs, in every variant.</summary>
public sealed class ChartTests
{
    [Theory]
    [MemberData(nameof(Variants.Names), MemberType = typeof(Variants))]
    public async Task Lint_Variant_FindsNothing(string variant)
    {
        var outcome = await Chart.LintAsync(Variants.All[variant]);

        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
        Assert.DoesNotContain("[WARNING]", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manifests_AllVariants_KeepToTheirSchemasAndTypes()
    {
        using var folder = new TemporaryFolder();
        var files = await WriteAsync(folder);

        var outcome = await Npm.ScriptAsync("manifests.mjs", files);

        Assert.True(outcome.Code == 0, outcome.Output + outcome.Error);
        Assert.True(int.Parse(outcome.Error.Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture) > 15 * Variants.All.Count, outcome.Error);
    }

    [Theory]
    [InlineData("minReadySeconds: 5", "minReadySeconds: five", "must be integer")]
    [InlineData("readOnlyRootFilesystem:", "readOnlyRootFileSystem:", "does not exist in type")]
    public async Task Manifests_Spoilt_AreFound(string right, string wrong, string fault)
    {
        using var folder = new TemporaryFolder();
        var rendered = (await Chart.TemplateAsync(Variants.Trial)).Output;
        Assert.Contains(right, rendered, StringComparison.Ordinal);

        var outcome = await Npm.ScriptAsync("manifests.mjs", folder.Write("spoilt.yaml", rendered.Replace(right, wrong, StringComparison.Ordinal)));

        Assert.Equal(1, outcome.Code);
        Assert.Contains(fault, outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gateway: { dashboard: true }", true)]
    [InlineData("gateway: { dashboard: false }", false)]
    public async Task Dashboard_Wanted_IsARoleOfAllPods(string values, bool isWanted)
    {
        var deployments = (await Chart.ManifestsAsync($"{Variants.Trial}\n{values}")).Where(static manifest => (string)manifest["kind"]! == "Deployment");

        var roles = deployments.SelectMany(static one => one["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray())
            .Select(static argument => (string)argument!).Where(static argument => argument.StartsWith("--role=", StringComparison.Ordinal)).ToList();

        Assert.True(roles.Count >= 3);
        Assert.All(roles, role => Assert.Equal(isWanted, role.EndsWith(",dashboard", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("{ requests: { cpu: 500m } }", false)]
    [InlineData("{ requests: { cpu: 3900m } }", false)]
    [InlineData("{ requests: { cpu: 8 }, limits: { cpu: \"2\" } }", false)]
    [InlineData("{ requests: { cpu: 500m }, limits: { cpu: 4 } }", true)]
    [InlineData("{ requests: { cpu: 6500m } }", true)]
    [InlineData("{ requests: { memory: 1Gi } }", false)]
    public async Task Collector_OfManyProcessors_IsTheServers(string resources, bool isServer)
    {
        var deployments = (await Chart.ManifestsAsync($"{Variants.Trial}\nblend: {{ resources: {resources} }}")).Where(static manifest => (string)manifest["kind"]! == "Deployment");

        var blend = deployments.Single(static one => one["spec"]!["template"]!["spec"]!["containers"]![0]!["args"]!.AsArray().Any(static argument => ((string)argument!).StartsWith("--role=blend", StringComparison.Ordinal)));

        Assert.Equal(isServer, blend["spec"]!["template"]!["spec"]!["containers"]![0]!["env"]!.AsArray().Any(static one => (string)one!["name"]! == "DOTNET_gcServer"));
    }

    [Fact]
    public async Task Manifests_AllVariants_HoldEveryKindOfResource()
    {
        var kinds = new HashSet<string>();
        foreach (var values in Variants.All.Values)
        {
            kinds.UnionWith((await Chart.ManifestsAsync(values)).Select(manifest => (string)manifest["kind"]!));
        }

        string[] every =
        [
            "ConfigMap", "Deployment", "HTTPRoute", "HorizontalPodAutoscaler", "Ingress", "NetworkPolicy", "Pod", "PodDisruptionBudget", "PrometheusRule",
            "ScaledObject", "Service", "ServiceAccount", "ServiceMonitor",
        ];
        Assert.Empty(every.Except(kinds));
    }

    [Theory]
    [MemberData(nameof(Variants.Names), MemberType = typeof(Variants))]
    public async Task Pods_Variant_RunUnprivilegedOnAReadOnlyRootAndLeaveInTime(string variant)
    {
        var values = Variants.All[variant];
        var deployments = await PodsAsync(values);

        Assert.NotEmpty(deployments);
        foreach (var (name, pod) in deployments)
        {
            Assert.True((bool)pod["securityContext"]!["runAsNonRoot"]!, name);
            Assert.False((bool)pod["automountServiceAccountToken"]!, name);
            foreach (var container in pod["containers"]!.AsArray())
            {
                Assert.True((bool)container!["securityContext"]!["readOnlyRootFilesystem"]!, name);
                Assert.Equal("ALL", (string?)container["securityContext"]!["capabilities"]!["drop"]![0]);
                Assert.Contains(":", (string)container["image"]!, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants.Names), MemberType = typeof(Variants))]
    public async Task Pods_Variant_AreGivenMoreTimeThanTheDrainTakes(string variant)
    {
        var manifests = await Chart.ManifestsAsync(Variants.All[variant]);
        foreach (var deployment in Silos(manifests))
        {
            var (name, pod) = (NameOf(deployment), deployment["spec"]!["template"]!["spec"]!);
            var drain = TimeSpan.Parse((string)Pod.SettingsOf(manifests, pod)["LLMBlender"]!["Admission"]!["DrainTimeout"]!, System.Globalization.CultureInfo.InvariantCulture);
            var before = (int?)pod["containers"]![0]!["lifecycle"]?["preStop"]?["sleep"]?["seconds"] ?? 0;

            Assert.True((int)pod["terminationGracePeriodSeconds"]! >= before + drain.TotalSeconds + 20, name);
            Assert.True(before > 0 || !name.EndsWith("-gateway", StringComparison.Ordinal) || variant == "Bare", name);
        }
    }

    [Fact]
    public async Task Manifests_GpuVariant_AsksForGpusAndTheCudaFlavour()
    {
        var pods = await PodsAsync(Variants.All["Gpus"]);
        var container = pods["trial-llmblender-compare"]["containers"]![0]!;

        Assert.Equal("2", container["resources"]!["limits"]!["nvidia.com/gpu"]!.ToString());
        Assert.Contains("@sha256:aaaa", (string?)container["image"], StringComparison.Ordinal);
        Assert.Equal(["cuda:0", "cuda:1"], container["env"]!.AsArray().Where(IsAccelerator).Select(env => (string?)env!["value"]));
        Assert.Equal("h100", (string?)pods["trial-llmblender-compare"]["nodeSelector"]!["accelerator"]);
        Assert.DoesNotContain("cuda", pods["trial-llmblender-blend"].ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Manifests_Autoscaled_LeaveTheNumberOfPodsAlone()
    {
        var scaled = await Chart.ManifestsAsync(Variants.All["Autoscaled"]);
        var queued = await Chart.ManifestsAsync(Variants.All["Queued"]);

        Assert.All(Silos(scaled), deployment => Assert.Null(deployment["spec"]!["replicas"]));
        Assert.All(Silos(queued), deployment => Assert.Equal(NameOf(deployment).EndsWith("-compare", StringComparison.Ordinal), deployment["spec"]!["replicas"] is null));
    }

    [Fact]
    public async Task ScaledObject_Queries_AreOfTheReleaseAndFailWithoutItsSeries()
    {
        var scaled = Scaled(await Chart.ManifestsAsync(Variants.All["Queued"]), "trial-llmblender-compare");
        var triggers = scaled["triggers"]!.AsArray();

        Assert.Equal(["utilization", "queue"], triggers.Select(trigger => (string?)trigger!["name"]));
        Assert.Equal(["0.7", "50000"], triggers.Select(trigger => (string?)trigger!["metadata"]!["threshold"]));
        Assert.All(triggers, trigger =>
        {
            var query = (string)trigger!["metadata"]!["query"]!;
            Assert.Equal("false", (string?)trigger["metadata"]!["ignoreNullValues"]);
            Assert.EndsWith("or 0 * count(llmblender_silo_ready{namespace=\"ai\",release=\"trial\"})", query, StringComparison.Ordinal);
            Assert.Equal(2, query.Split("{namespace=\"ai\",release=\"trial\"}").Length - 1);
        });
        Assert.Equal("currentReplicasIfHigher", (string?)scaled["fallback"]!["behavior"]);
    }

    [Fact]
    public async Task ScaledObject_FromZero_HasADemandOfTheProcessesThatAsk()
    {
        var triggers = Scaled(await Chart.ManifestsAsync(Variants.All["Everything"]), "trial-llmblender-compare")["triggers"]!.AsArray();

        var demand = triggers.Single(trigger => (string?)trigger!["name"] == "demand")!;
        Assert.Contains("http_server_request_duration_seconds_count", (string?)demand["metadata"]!["query"], StringComparison.Ordinal);
        Assert.Equal("cron", (string?)triggers[^1]!["type"]);
    }

    [Fact]
    public async Task Manifests_Pools_AreDeploymentsWithTheirOwnDevicesAndModels()
    {
        var manifests = await Chart.ManifestsAsync(Variants.All["cloud-gpu"]);
        var pods = Silos(manifests).ToDictionary(NameOf, deployment => deployment["spec"]!["template"]!["spec"]!);

        Assert.DoesNotContain("trial-llmblender-compare", pods.Keys);
        foreach (var (pool, rankers) in new[] { ("h100", "pairrm"), ("l4", "pairrm,reward-minilm") })
        {
            var name = $"trial-llmblender-compare-{pool}";
            Assert.Equal("nvidia", (string?)pods[name]["runtimeClassName"]);
            Assert.Equal(pool, (string?)pods[name]["nodeSelector"]!["cloud.example.org/gpu"]);
            Assert.Equal("nvidia.com/gpu", (string?)pods[name]["tolerations"]![0]!["key"]);
            Assert.Equal(rankers, string.Join(',', Pod.SettingsOf(manifests, pods[name])["LLMBlender"]!["Rankers"]!.AsArray()));
            Assert.Contains($"pool=\"{pool}\"", (string?)Scaled(manifests, name)["triggers"]![0]!["metadata"]!["query"], StringComparison.Ordinal);
            var selector = Silos(manifests).Single(deployment => NameOf(deployment) == name)["spec"]!["selector"]!["matchLabels"]!;
            Assert.Equal(pool, (string?)selector["llmblender/pool"]);
        }

        Assert.Equal("32", Scaled(manifests, "trial-llmblender-compare-l4")["maxReplicaCount"]!.ToString());
        Assert.Equal("16", Scaled(manifests, "trial-llmblender-compare-h100")["maxReplicaCount"]!.ToString());
    }

    [Fact]
    public async Task Manifests_Models_AreMountedWhereTheyAreLoaded()
    {
        foreach (var (name, pod) in await PodsAsync(Variants.All["cloud-gpu"]))
        {
            var loads = name.Contains("-compare", StringComparison.Ordinal) || name.EndsWith("-fuse", StringComparison.Ordinal);
            Assert.Equal(loads, pod["volumes"]!.AsArray().Any(volume => (string?)volume!["name"] == "models"));
            Assert.Equal(loads, pod["initContainers"] is not null);
        }
    }

    // OpenShift's restricted-v2 admits users and groups of the namespace's range only, so that none may be named.
    [Fact]
    public async Task Pods_OnOpenShift_NameNoUserAndNoGroup()
    {
        var rendered = (await Chart.TemplateAsync(Variants.All["openshift"])).Output;

        Assert.DoesNotContain("runAsUser", rendered, StringComparison.Ordinal);
        Assert.DoesNotContain("runAsGroup", rendered, StringComparison.Ordinal);
        Assert.DoesNotContain("fsGroup", rendered, StringComparison.Ordinal);
        Assert.Contains("runAsNonRoot: true", rendered, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pods_OfTheSmallExample_FitTwoProcessors()
    {
        var requests = (await PodsAsync(Variants.All["small"])).Values.SelectMany(pod => pod["containers"]!.AsArray())
            .Select(container => (string)container!["resources"]!["requests"]!["cpu"]!).ToArray();

        Assert.All(requests, request => Assert.EndsWith("m", request, StringComparison.Ordinal));
        Assert.InRange(requests.Sum(request => int.Parse(request[..^1], System.Globalization.CultureInfo.InvariantCulture)), 1, 1000);
    }

    [Fact]
    public async Task Pods_AirGapped_PullEveryImageFromOneRegistry()
    {
        var manifests = await Chart.ManifestsAsync(Variants.All["air-gapped"]);
        var pods = manifests.Where(manifest => (string?)manifest["kind"] is "Deployment" or "Pod")
            .Select(manifest => (string?)manifest["kind"] == "Pod" ? manifest["spec"]! : manifest["spec"]!["template"]!["spec"]!).ToArray();

        Assert.All(pods, pod =>
        {
            Assert.Equal("registry", (string?)pod["imagePullSecrets"]![0]!["name"]);
            Assert.All(pod["containers"]!.AsArray(), container => Assert.StartsWith("registry.internal:5000/", (string?)container!["image"], StringComparison.Ordinal));
        });
    }

    [Fact]
    public async Task Pods_CommonValues_AreOfEveryRoleAndARoleAddsItsOwn()
    {
        var pods = await PodsAsync(Variants.All["Everything"]);
        var (gateway, blend) = (pods["trial-llmblender-gateway"], pods["trial-llmblender-blend"]);

        Assert.Equal(("gateways", "shared"), ((string?)gateway["priorityClassName"], (string?)blend["priorityClassName"]));
        Assert.Equal(["shared", "gateways"], gateway["tolerations"]!.AsArray().Select(toleration => (string?)toleration!["key"]));
        Assert.Equal(("ssd", "gateways"), ((string?)gateway["nodeSelector"]!["disk"], (string?)gateway["nodeSelector"]!["pool"]));
        var variables = blend["containers"]![0]!["env"]!.AsArray().ToLookup(env => (string)env!["name"]!, env => (string?)env!["value"]);
        Assert.All(variables, variable => Assert.Single(variable));
        Assert.Equal("1", variables["DOTNET_EnableDiagnostics"].Single());
        Assert.Equal("json", variables["Logging__Console__FormatterName"].Single());
        Assert.Equal(
            "node-0.redis:6379,node-1.redis:6379,user=llmblender,ssl=true,password=$(LLMBLENDER_REDIS_PASSWORD)", variables["LLMBLENDER_REDIS"].Single());
        Assert.Equal("http://collector:4318/v1/traces", variables["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].Single());
        Assert.Empty(variables["OTEL_EXPORTER_OTLP_LOGS_ENDPOINT"]);
        Assert.Equal("0.05", variables["OTEL_TRACES_SAMPLER_ARG"].Single());
    }

    [Fact]
    public async Task Rules_WithARunbookUrl_LinkToTheirSections()
    {
        var rules = (await Chart.ManifestsAsync(Variants.All["Everything"])).Single(manifest => (string?)manifest["kind"] == "PrometheusRule");

        Assert.All(
            rules["spec"]!["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()),
            rule => Assert.Equal($"https://docs.example.org/llmblender/METRICS.html#{((string)rule!["alert"]!).ToLowerInvariant()}", (string?)rule["annotations"]!["runbook_url"]));
    }

    [Fact]
    public async Task Manifests_Keys_GoToThosePodsAloneThatAskBackends()
    {
        var manifests = await Chart.ManifestsAsync(Variants.Secrets);
        foreach (var deployment in Silos(manifests))
        {
            var asks = NameOf(deployment).Split('-')[^1] is "blend" or "fuse";
            var pod = deployment["spec"]!["template"]!["spec"]!;
            Assert.Equal(asks, pod.ToJsonString().Contains("OPENAI_API_KEY", StringComparison.Ordinal));
            Assert.Equal(asks, Pod.SettingsOf(manifests, pod)["LLMBlender"]!["Backends"] is not null);
        }
    }

    [Fact]
    public async Task Ingress_WithThePage_PublishesItsFilesAndTheApiAndNothingElse()
    {
        var ingress = (await Chart.ManifestsAsync(Variants.All["Paged"])).Single(manifest => (string?)manifest["kind"] == "Ingress");
        var paths = ingress["spec"]!["rules"]![0]!["http"]!["paths"]!.AsArray().ToLookup(path => (string)path!["pathType"]!, path => (string)path!["path"]!);
        var files = Directory.GetFiles(Repository.File("src", "LLMBlender.Gateway", "wwwroot")).Select(Path.GetFileName).Select(name => name == "index.html" ? "/" : $"/{name}");

        Assert.Equal(files.Order(StringComparer.Ordinal), paths["Exact"].Order(StringComparer.Ordinal));
        Assert.Equal(["/v1", "/v2", "/rerank", "/openapi", "/page"], paths["Prefix"]);
    }

    [Fact]
    public async Task Pods_ChangedPanels_AreNotRolledAndChangedLimitsAre()
    {
        var before = await ChecksumAsync(Variants.Secrets);
        var panels = await ChecksumAsync(Variants.Secrets.Replace("Quorum: 1", "Quorum: 2", StringComparison.Ordinal));
        var limits = await ChecksumAsync(Variants.Secrets.Replace("MaxRequests: 512", "MaxRequests: 513", StringComparison.Ordinal));

        Assert.Equal(before, panels);
        Assert.NotEqual(before, limits);
    }

    internal static IEnumerable<JsonObject> Silos(JsonObject[] manifests) =>
        manifests.Where(manifest => (string?)manifest["kind"] == "Deployment" && !NameOf(manifest).EndsWith("-redis", StringComparison.Ordinal));

    internal static string NameOf(JsonObject manifest) => (string)manifest["metadata"]!["name"]!;

    private static JsonNode Scaled(JsonObject[] manifests, string name) =>
        manifests.Single(manifest => (string?)manifest["kind"] == "ScaledObject" && NameOf(manifest) == name)["spec"]!;

    private static bool IsAccelerator(JsonNode? env) => ((string)env!["name"]!).StartsWith("LLMBlender__Accelerators", StringComparison.Ordinal);

    private static async Task<string?> ChecksumAsync(string values) =>
        (string?)Silos(await Chart.ManifestsAsync(values)).Single(deployment => NameOf(deployment).EndsWith("-blend", StringComparison.Ordinal))
            ["spec"]!["template"]!["metadata"]!["annotations"]!["checksum/settings"];

    private static async Task<Dictionary<string, JsonNode>> PodsAsync(string values) => (await Chart.ManifestsAsync(values))
        .Where(manifest => (string?)manifest["kind"] == "Deployment")
        .ToDictionary(NameOf, manifest => manifest["spec"]!["template"]!["spec"]!);

    private static async Task<string[]> WriteAsync(TemporaryFolder folder)
    {
        var files = new List<string>();
        foreach (var (name, values) in Variants.All)
        {
            var outcome = await Chart.TemplateAsync(values);
            Assert.True(outcome.Code == 0, outcome.Error);
            files.Add(folder.Write($"{name}.yaml", outcome.Output));
        }

        return [.. files];
    }
}
