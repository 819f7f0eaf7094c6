using System.Net.Http.Json;
using System.Text.Json;
using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Cluster.Tests.Operations;

/// <summary>What a process sends where OpenTelemetry's own variables say so.</summary>
public sealed class ExportTests
{
    private const string Secret = "Explain this to nobody else.";

    [Fact]
    public async Task Serve_WithACollector_SendsItMetricsTracesAndLogs()
    {
        await using var collector = await Collector.StartAsync();
        await using var serve = ServeProcess.Start("all", new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = collector.Url.ToString(),
            ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "500",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
            ["OTEL_SERVICE_NAME"] = "blends",
            ["Logging__LogLevel__LLMBlender"] = "Information",
        });
        await serve.WhenReadyAsync();
        using var http = new HttpClient { BaseAddress = serve.Url, Timeout = Until.Patience };

        using var response = await http.PostAsJsonAsync(
            new Uri("/v1/blend", UriKind.Relative), new { instruction = Secret, candidates = new[] { new { text = "One." }, new { text = "Two." } } });

        Assert.True(response.IsSuccessStatusCode);
        await Until.IsSoAsync(() => collector.Has("traces", "invoke_workflow given candidates"), "the blend's span came");
        await Until.IsSoAsync(() => collector.Has("traces", "compare reward-minilm"), "the worker's span came");
        await Until.IsSoAsync(() => collector.Has("traces", "POST /v1/blend"), "the request's span came");
        await Until.IsSoAsync(() => collector.Has("metrics", "gen_ai.workflow.duration"), "the metrics came");
        Assert.True(collector.Has("traces", "blends"), "the service's name is the environment's");
        Assert.False(collector.Has("traces", Secret), "a text is in a span");

        // Leaving is what a process logs for certain.
        await serve.TerminateAsync();
        await Until.IsSoAsync(() => collector.Has("logs", "draining"), "the log came");
    }

    [Fact]
    public async Task Serve_Terminated_SendsWhatItHadCountedByThen()
    {
        await using var collector = await Collector.StartAsync();
        await using var serve = ServeProcess.Start("all", new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = new Uri(collector.Url, "/v1/metrics").ToString(),
            ["OTEL_EXPORTER_OTLP_METRICS_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "3600000",
        });
        await serve.WhenReadyAsync();
        using var http = new HttpClient { BaseAddress = serve.Url, Timeout = Until.Patience };
        using var response = await http.PostAsJsonAsync(new Uri("/v1/rank", UriKind.Relative), Question.Short("its last").Json);
        Assert.True(response.IsSuccessStatusCode);
        Assert.False(collector.Has("metrics", "llmblender"));

        await serve.TerminateAsync();

        // Counts that are told as they come, and counts that are only read when somebody asks: of the latter nothing would be
        // left, were they gone before the last export.
        await Until.IsSoAsync(() => collector.Has("metrics", "llmblender.ranking.duration"), "the last metrics came");
        Assert.True(collector.Has("metrics", "computed"));
        Assert.True(collector.Has("metrics", "padding"));
    }

    [Fact]
    public async Task Serve_WithATracesEndpointAlone_SendsNothingElse()
    {
        await using var collector = await Collector.StartAsync();
        await using var serve = ServeProcess.Start("all", new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] = new Uri(collector.Url, "/v1/traces").ToString(),
            ["OTEL_EXPORTER_OTLP_TRACES_PROTOCOL"] = "http/protobuf",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "200",
            ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        });
        await serve.WhenReadyAsync();
        using var http = new HttpClient { BaseAddress = serve.Url, Timeout = Until.Patience };

        using var response = await http.PostAsJsonAsync(new Uri("/v1/rank", UriKind.Relative), Question.Short("a trace").Json);

        Assert.True(response.IsSuccessStatusCode);
        await Until.IsSoAsync(() => collector.Has("traces", "rank"), "the ranking's span came");
        Assert.False(collector.Has("metrics", "llmblender"));
    }

    [Fact]
    public async Task Serve_WithJsonLogs_CorrelatesThemWithTheRequestsTrace()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        await using var serve = ServeProcess.Start("all", new Dictionary<string, string>
        {
            ["Logging__Console__FormatterName"] = "json",
            ["Logging__Console__FormatterOptions__IncludeScopes"] = "true",
            ["Logging__LogLevel__Microsoft.AspNetCore.Hosting"] = "Information",
        });
        await serve.WhenReadyAsync();
        using var http = new HttpClient { BaseAddress = serve.Url, Timeout = Until.Patience };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("/v1/models", UriKind.Relative));
        request.Headers.Add("traceparent", $"00-{Trace}-b7ad6b7169203331-01");

        using var response = await http.SendAsync(request);

        await Until.IsSoAsync(() => serve.Log.Any(line => line.Contains(Trace, StringComparison.Ordinal)), "a line of the log names the trace");
        var line = serve.Log.First(line => line.Contains(Trace, StringComparison.Ordinal));
        using var json = JsonDocument.Parse(line);
        Assert.Equal("Information", json.RootElement.GetProperty("LogLevel").GetString());
    }
}
