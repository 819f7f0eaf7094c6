using LLMBlender.Cluster.Tests.Operations;
using LLMBlender.TestKit;

namespace LLMBlender.Deploy.Tests.Helm;

/// <summary>The queries by which KEDA scales, over series of two releases.</summary>
public sealed class ScalingQueryTests
{
    // The other release works at its limit; none of the values below counts it.
    private const string Other = """
        llmblender_silo_ready{namespace="ai", release="other", instance="o", component="compare"} | 1x20
        llmblender_accelerator_busy_seconds_total{namespace="ai", release="other", instance="o", component="compare", accelerator="cuda:0"} | 0+30x20
        llmblender_queue_tokens{namespace="ai", release="other", instance="o", component="compare"} | 400000x20
        llmblender_requests_active{namespace="ai", release="other", instance="p", component="gateway"} | 50x20
        """;

    private const string Gateway = """llmblender_silo_ready{namespace="ai", release="trial", instance="g", component="gateway"} | 1x20""";

    private const string Worker = """
        llmblender_silo_ready{namespace="ai", release="trial", instance="c", component="compare"} | 1x20
        llmblender_accelerator_busy_seconds_total{namespace="ai", release="trial", instance="c", component="compare", accelerator="cuda:0"} | 0+15x20
        llmblender_queue_tokens{namespace="ai", release="trial", instance="c", component="compare"} | 7000x20
        """;

    private const string Waiting = """llmblender_requests_active{namespace="ai", release="trial", instance="g", component="gateway"} | 3x20""";

    private const string Answered = """
        http_server_request_duration_seconds_count{namespace="ai", release="trial", instance="g", component="gateway", http_route="/v1/rank"} | 0+60x20
        http_server_request_duration_seconds_count{namespace="ai", release="trial", instance="g", component="gateway", http_route="/health/ready"} | 0+600x20
        """;

    [Theory(SkipUnless = nameof(Tool.IsInstalled), SkipType = typeof(Tool), Skip = Tool.SkipReason)]
    [InlineData("utilization", "0.5", Gateway, Worker)]
    [InlineData("utilization", "0", Gateway)]
    [InlineData("utilization", null)]
    [InlineData("queue", "7000", Gateway, Worker)]
    [InlineData("queue", "0", Gateway)]
    [InlineData("queue", null)]
    [InlineData("demand", "0", Gateway)]
    [InlineData("demand", "3", Gateway, Waiting)]
    [InlineData("demand", "2", Gateway, Answered)]
    [InlineData("demand", "5", Gateway, Answered, Waiting)]
    [InlineData("demand", null)]
    public async Task Query_OverTwoReleases_CountsItsOwnAndHasNoValueWithoutAScrape(string trigger, string? value, params string[] series)
    {
        var scaled = (await Chart.ManifestsAsync(Variants.All["Everything"])).Single(manifest => (string?)manifest["kind"] == "ScaledObject");
        var query = (string)scaled["spec"]!["triggers"]!.AsArray().Single(one => (string?)one!["name"] == trigger)!["metadata"]!["query"]!;
        using var folder = new TemporaryFolder();
        var samples = value is null ? "" : $"{{ labels: '{{}}', value: {value} }}";
        var input = series.Append(Other).SelectMany(text => text.Split('\n')).Select(line => line.Split(" | "))
            .Select(parts => $"      - {{ series: '{parts[0]}', values: '{parts[1]}' }}");
        string[] test =
        [
            "evaluation_interval: 30s", "tests:", "  - interval: 30s", "    input_series:", .. input,
            "    promql_expr_test:", $"      - expr: '{query}'", "        eval_time: 9m", $"        exp_samples: [{samples}]",
        ];

        await Tool.CheckAsync("test", "rules", folder.Write("test.yaml", string.Join('\n', test)));
    }
}
