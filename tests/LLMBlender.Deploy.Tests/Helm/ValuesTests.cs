using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using LLMBlender.Core.Ranking;
using LLMBlender.Gateway;
using LLMBlender.Local.Settings;
using LLMBlender.Silo.Caching;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Comparing;

namespace LLMBlender.Deploy.Tests.Helm;

/// <summary>The chart's values: every one documented and bounded, and a wrong one refused with its name.</summary>
public sealed partial class ValuesTests
{
    private const string Good = "redis: { address: \"redis:6379\" }\nallowAnonymous: true\n";

    [Theory]
    [InlineData("gateways: { replicas: 2 }", "Additional property gateways is not allowed")]
    [InlineData("gateway: { replica: 2 }", "gateway: Additional property replica is not allowed")]
    [InlineData("gateway: { replicas: two }", "gateway.replicas: Invalid type. Expected: integer, given: string")]
    [InlineData("gateway: { replicas: -1 }", "gateway.replicas: Must be greater than or equal to 0")]
    [InlineData("drain: { seconds: 601 }", "drain.seconds: Must be less than or equal to 600")]
    [InlineData("redis: { address: \"redis:6379,password=secret\" }", "redis.address: Must not validate the schema")]
    [InlineData("redis: { address: \"\" }", "redis: exactly one of redis.address, redis.existingSecret.name and redis.trial.enabled must be given; 0 are")]
    [InlineData("redis: { address: \"redis:6379\", trial: { enabled: true } }", "must be given; 2 are")]
    [InlineData("allowAnonymous: false", "without callers the gateway would answer 401 to everybody")]
    [InlineData("callers: [{ name: app, keySha256: abc }]", "callers.0.keySha256: Does not match pattern")]
    [InlineData("callers: [{ name: app }]", "callers.0: keySha256 is required")]
    [InlineData("settings: { Backends: [{ Name: a, Url: \"ftp://x\", Model: m }] }", "settings.Backends.0.Url: Does not match pattern")]
    [InlineData("settings: { Backends: [{ Name: a, Model: m }] }", "settings.Backends.0: Url is required")]
    [InlineData("settings: { Backends: [{ Name: a, Url: \"http://x\", Model: m, KeyVariable: K }] }", "\"a\" has its key in the variable K, which keys must name a secret for")]
    [InlineData("settings: { Backends: [{ Name: a, Url: \"http://x\", Model: m, KeyVariable: kA5proj9abcdef }] }", "\"a\" has a KeyVariable of 14 characters that keys has no secret for")]
    [InlineData("settings: { Panels: [{ Name: p, Members: [nobody] }] }", "\"p\" asks \"nobody\", and no backend of settings.Backends has that name")]
    [InlineData("settings: { Panels: [{ Name: p, Members: [a], Grace: 2s }] }", "settings.Panels.0.Grace: Does not match pattern")]
    [InlineData("compare: { gpu: { enabled: true, count: 0 } }", "compare.gpu.count: Must be greater than or equal to 1")]
    [InlineData("compare: { autoscaling: { enabled: true }, keda: { enabled: true } }", "autoscaling.enabled and keda.enabled are both true")]
    [InlineData("blend: { autoscaling: { enabled: true, minReplicas: 5, maxReplicas: 2 } }", "blend.autoscaling: minReplicas is 5, and must be at most maxReplicas, 2")]
    [InlineData("compare: { keda: { enabled: true, minReplicas: 5, maxReplicas: 2 } }", "compare.keda: minReplicas is 5, and must be at most maxReplicas, 2")]
    [InlineData("compare: { pools: [{ name: a, keda: { enabled: true, minReplicas: 30 } }] }", "compare.pools.a.keda: minReplicas is 30, and must be at most maxReplicas, 20")]
    [InlineData("compare: { pools: [{ name: a }, { name: a }] }", "compare.pools[1].name: \"a\" is another pool's name already")]
    [InlineData("compare: { pools: [{ replicas: 2 }] }", "compare.pools.0: name is required")]
    [InlineData("compare: { gpu: { enabled: true }, autoscaling: { enabled: true } }", "compare.autoscaling: it scales on processor use, which says nothing of pods with GPUs; use keda")]
    [InlineData("compare: { resources: { claims: [{ name: gpu }] } }", "Additional property claims is not allowed")]
    [InlineData("global: { storageClass: fast }", "global: Additional property storageClass is not allowed")]
    [InlineData("blend: { podLabels: { app.kubernetes.io/component: mine } }", "blend.podLabels: the chart sets \"app.kubernetes.io/component\" itself")]
    [InlineData("commonLabels: { llmblender/silo: no way }", "commonLabels: the chart sets \"llmblender/silo\" itself")]
    [InlineData("ca: { configMap: a, secret: b }", "ca: configMap and secret are both given")]
    [InlineData("redis: { existingSecret: { name: a, key: b }, passwordSecret: { name: c } }", "redis.passwordSecret: it goes with redis.address")]
    [InlineData("httpRoute: { enabled: true }", "httpRoute.parentRefs: Array must have at least 1 items")]
    [InlineData("settings: { Backends: [{ Name: a, Url: \"http://x\", Model: m }], Panels: [{ Name: p, Members: [a], Deadline: \"00:05:00\" }] }", "\"p\" has a Deadline of 300 seconds, and must end within drain.seconds, 100")]
    [InlineData("ingress: { enabled: true }", "ingress.hosts: Array must have at least 1 items")]
    [InlineData("image: { pullPolicy: Sometimes }", "image.pullPolicy must be one of the following")]
    [InlineData("networkPolicy: { clients: [{ podSelector: {} }] }", "networkPolicy.clients: they connect to ports.grains, which is 0, for none")]
    [InlineData("ports: { http: 80 }", "ports.http: Must be greater than or equal to 1024")]
    public async Task Values_Wrong_AreRefusedByName(string wrong, string message)
    {
        var key = wrong[..wrong.IndexOf(':', StringComparison.Ordinal)];
        var rest = string.Join('\n', Good.Split('\n').Where(line => !line.StartsWith(key, StringComparison.Ordinal)));
        if (key == "callers")
        {
            rest = rest.Replace("allowAnonymous: true", "", StringComparison.Ordinal);
        }

        var outcome = await Chart.TemplateAsync($"{rest}\n{wrong}\n");

        Assert.NotEqual(0, outcome.Code);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret\"", outcome.Error, StringComparison.Ordinal);
    }

    // A value that no variant sets is rendered by no test. The roles and pools share their values' schemas.
    [Fact]
    public void Values_Every_IsSetByAVariant()
    {
        var (given, known) = (new HashSet<string>(), new HashSet<string>());
        Visit(Schema, "", null, known);
        foreach (var values in Variants.All.Values)
        {
            Visit(Schema, "", Chart.Read(values), given);
        }

        Assert.Empty(known.Select(OfAnyRole).Except(given.Select(OfAnyRole)));

        static string OfAnyRole(string path) => Role().Replace(path, "ROLE");

        // With values, the paths that they set; without, all.
        static void Visit(JsonNode schema, string path, JsonNode? values, HashSet<string> found)
        {
            var of = (string?)schema["$ref"] is { } reference ? Schema["definitions"]![reference["#/definitions/".Length..]]! : schema;
            found.Add(path);
            foreach (var (name, inner) in of["properties"]?.AsObject() ?? [])
            {
                if (values is null || (values as JsonObject)?.ContainsKey(name) == true)
                {
                    Visit(inner!, $"{path}.{name}", values?[name], found);
                }
            }

            if ((string?)(of["type"] as JsonValue) != "array" || of["items"] is not { } items)
            {
                return;
            }

            JsonNode?[] each = values is JsonArray array ? array.ToArray() : [null];
            foreach (var value in each)
            {
                Visit(items, $"{path}[]", value, found);
            }
        }
    }

    [Fact]
    public async Task Table_OfValues_IsGeneratedFromTheirComments()
    {
        var outcome = await Npm.ScriptAsync("values.mjs", Path.Combine(Chart.Folder, "values.yaml"));

        Assert.True(outcome.Code == 0, outcome.Error);
        Assert.Equal(outcome.Output.TrimEnd(), (await File.ReadAllTextAsync(Path.Combine(Chart.Folder, "VALUES.md"), TestContext.Current.CancellationToken)).TrimEnd());
    }

    [Fact]
    public void Values_Every_IsInTheSchema()
    {
        var missing = new List<string>();
        Compare(Chart.ReadFile("values.yaml"), Schema, "", missing);

        Assert.Empty(missing);
    }

    [Fact]
    public void Schema_EveryObject_IsClosedOrSaysOfWhat()
    {
        // As Kubernetes has it: these are not ours to bound.
        string[] free = ["/definitions/objects/items", "/properties/models/properties/volume", "affinity", "extraEnv/items"];
        var open = new List<string>();
        Visit(Schema, "");

        Assert.Empty(open);

        void Visit(JsonNode? node, string path)
        {
            if (node is JsonObject schema)
            {
                if ((string?)(schema["type"] as JsonValue) == "object" && schema["additionalProperties"] is null && !free.Any(path.EndsWith))
                {
                    open.Add(path);
                }

                foreach (var (name, value) in schema)
                {
                    Visit(value, $"{path}/{name}");
                }
            }
        }
    }

    [Fact]
    public void Values_Every_HasAComment()
    {
        // A comment speaks of what is below it too. The other roles' values are the gateway's, whose are commented.
        var bare = new List<string>();
        var (lines, above) = (File.ReadAllLines(Path.Combine(Chart.Folder, "values.yaml")), new Stack<(int Indent, string Name, bool Said)>());
        for (var i = 0; i < lines.Length; i++)
        {
            if (Value().Match(lines[i]) is not { Success: true } match)
            {
                continue;
            }

            var (indent, name) = (match.Groups["indent"].Length, match.Groups["name"].Value);
            while (above.TryPeek(out var last) && last.Indent >= indent)
            {
                above.Pop();
            }

            var isCommon = above is { Count: 1 } && above.Peek().Name is "blend" or "compare" or "fuse" && Gateway.ContainsKey(name);
            var isSaid = isCommon || IsCommented(lines, i) || above.Any(section => section.Said);
            above.Push((indent, name, isSaid));
            if (match.Groups["value"].Length > 0 && !isSaid)
            {
                bare.Add($"{i + 1}: {lines[i]}");
            }
        }

        Assert.Empty(bare);
    }

    [Fact]
    public void Schema_OfAnAggregation_HasTheServersNames()
    {
        var panel = Schema["definitions"]!["panel"]!["properties"]!["Aggregate"]!["enum"]!.AsArray().Select(static name => (string)name!);

        Assert.Equal(RankingEngines.Names, panel);
    }

    [Theory]
    [InlineData("backend", typeof(BackendSettings))]
    [InlineData("panel", typeof(PanelSettings))]
    [InlineData("settings/Cache", typeof(ComparisonCacheOptions))]
    [InlineData("settings/Queue", typeof(CompareQueueOptions))]
    // The chart says these itself: of the drain and the leave, which the grace period follows, and of callers, whose hashes may be secrets.
    [InlineData("settings/Admission", typeof(AdmissionOptions), nameof(AdmissionOptions.DrainTimeout))]
    [InlineData("settings/Gateway", typeof(GatewayOptions), nameof(GatewayOptions.Callers), nameof(GatewayOptions.AllowAnonymous), nameof(GatewayOptions.LeaveTime))]
    [InlineData("settings", typeof(Cli.Serving.ServeSettings), nameof(Cli.Serving.ServeSettings.Accelerators))]
    public void Schema_OfASetting_IsTheServers(string path, Type settings, params string[] except)
    {
        var schema = path.Split('/').Aggregate(
            (JsonNode)Schema,
            (at, name) => (at["properties"]?[name] ?? Schema["definitions"]![name])!);

        Assert.Equal(
            settings.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite).Select(property => property.Name)
                .Except(except).Order(),
            schema["properties"]!.AsObject().Select(property => property.Key).Order());
    }

    private static JsonObject Schema { get; } = Chart.ReadFile("values.schema.json").AsObject();

    private static JsonObject Gateway { get; } = Schema["properties"]!["gateway"]!["properties"]!.AsObject();

    // The lines right above it are a comment that opens with "# --".
    private static bool IsCommented(string[] lines, int i) =>
        lines[..i].Reverse().TakeWhile(line => line.TrimStart().StartsWith('#')).Any(line => line.TrimStart().StartsWith("# --", StringComparison.Ordinal));

    private static void Compare(JsonNode? value, JsonNode schema, string path, List<string> missing)
    {
        if (value is not JsonObject values || schema["additionalProperties"] is JsonObject)
        {
            return;
        }

        foreach (var (name, inner) in values)
        {
            var known = schema["properties"]?[name];
            if (known is not null && (string?)known["$ref"] is { } reference)
            {
                known = Schema["definitions"]![reference["#/definitions/".Length..]];
            }

            if (known is null)
            {
                missing.Add($"{path}.{name}");
            }
            else
            {
                Compare(inner, known, $"{path}.{name}", missing);
            }
        }
    }

    [GeneratedRegex(@"^\.(common|gateway|blend|compare(\.pools\[\])?|fuse)(?=\.)")]
    private static partial Regex Role();

    [GeneratedRegex(@"^(?<indent> *)(?<name>[A-Za-z]+):(?: (?<value>.+))?$")]
    private static partial Regex Value();
}
