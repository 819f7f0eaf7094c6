using System.Globalization;
using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>The spans that the processes of a cluster send.</summary>
public sealed class ClusterTraceTests
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private const int Pings = 5;

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Request_OverThreeProcesses_IsOneTraceOfFifteenSpansAtMost()
    {
        await using var collector = await Collector.StartAsync();
        await using var redis = new RedisServer();
        await redis.StartAsync();
        await using var gateway = Start("gateway", redis, collector);
        await using var blend = Start("blend", redis, collector);
        await using var worker = Start("compare", redis, collector);
        await Task.WhenAll(gateway.WhenReadyAsync(), blend.WhenReadyAsync(), worker.WhenReadyAsync());
        using var http = new HttpClient { BaseAddress = gateway.Url, Timeout = Until.Patience };
        await Until.IsSoAsync(async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "the gateway is ready");

        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/rank", UriKind.Relative)) { Content = new StringContent(Question.Long("a trace").ToString(), null, "application/json") };
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        using var response = await http.SendAsync(request);

        Assert.True(response.IsSuccessStatusCode);
        await Until.IsSoAsync(
            () => new[] { "POST /v1/rank", "rank", "MGET", "compare reward-minilm", "compare batch" }.All(span => collector.Has("traces", span)), "the spans of all processes came");
        await Until.IsSoAsync(() => collector.Count("traces", TraceId()) >= 5, "five spans of the trace came");
        Assert.InRange(collector.Count("traces", TraceId()), 5, 15);

        // The gateway pings the blending silo, and that the worker, for some seconds after a request.
        var pinged = await PingsAsync(blend) + await PingsAsync(worker);
        await Until.IsSoAsync(async () => await PingsAsync(blend) + await PingsAsync(worker) >= pinged + Pings, "silos were pinged");
        Assert.False(collector.Has("traces", "Orleans"), "a grain call is a span");
        Assert.False(collector.Has("traces", "PingAsync"), "a ping is a span");
    }

    [Fact]
    public async Task Histograms_WhileTracesAreSent_HaveExemplars()
    {
        await using var collector = await Collector.StartAsync();
        await using var serve = ServeProcess.Start("all", Variables(collector));
        await serve.WhenReadyAsync();
        using var http = new HttpClient { BaseAddress = serve.Url, Timeout = Until.Patience };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/v1/rank", UriKind.Relative)) { Content = new StringContent(Question.Long("an exemplar").ToString(), null, "application/json") };
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");
        using var response = await http.SendAsync(request);
        using var scrape = new HttpRequestMessage(HttpMethod.Get, new Uri("/metrics", UriKind.Relative));
        scrape.Headers.Accept.ParseAdd("application/openmetrics-text; version=1.0.0");

        using var metrics = await http.SendAsync(scrape);

        Assert.True(response.IsSuccessStatusCode);
        Assert.Contains(
            (await metrics.Content.ReadAsStringAsync()).Split('\n'),
            static line => line.StartsWith("llmblender_ranking_duration_seconds_bucket", StringComparison.Ordinal) && line.Contains($"trace_id=\"{Trace}\"", StringComparison.Ordinal));
    }

    // Of Orleans' counters, pings are the messages of a process without requests.
    private static async Task<double> PingsAsync(ServeProcess process) =>
        (await Scrape.OfAsync(process.Url)).Sum("orleans_messaging_processing_dispatcher_received_total");

    // As in OTLP's protobuf.
    private static string TraceId() =>
        string.Concat(Enumerable.Range(0, Trace.Length / 2).Select(i => (char)byte.Parse(Trace.AsSpan(2 * i, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture)));

    private static ServeProcess Start(string role, RedisServer redis, Collector collector) => ServeProcess.Start(
        role,
        Variables(collector),
        "--redis",
        redis.Address);

    private static Dictionary<string, string> Variables(Collector collector) => new()
    {
        ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = new Uri(collector.Url, "/v1/traces").ToString(),
        ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
    };
}
