using System.Collections.Concurrent;
using System.Net;

namespace LLMBlender.LocalCluster;

/// <summary>
/// Takes metrics and spans by OTLP, over HTTP. A process sends its last ones when it has drained, and by then answers no scrape any more.
/// </summary>
internal sealed class Collector : IDisposable
{
    private readonly HttpListener listener = new();
    private const string Traces = "/traces";
    private readonly ConcurrentDictionary<string, Samples> last = new();
    private readonly ConcurrentDictionary<string, int> requests = new();

    public Collector()
    {
        var port = Child.FreePort();
        Url = $"http://127.0.0.1:{port}";
        listener.Prefixes.Add($"{Url}/");
        listener.Start();
        _ = ListenAsync();
    }

    private string Url { get; }

    /// <summary>The environment of a process that sends here.</summary>
    public IEnumerable<(string Variable, string Value)> Environment(int number) =>
    [
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", $"{Url}/{number}"),
        ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{Url}{Traces}"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
    ];

    /// <summary>What a process sent last; null where it sent nothing.</summary>
    public Samples? Last(int number) => last.GetValueOrDefault($"/{number}");

    /// <summary>The traces of requests to a path.</summary>
    public int TracesOf(string path) => requests.GetValueOrDefault($"POST {path}");

    public void Dispose() => listener.Close();

    private async Task ListenAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                Take(context.Request.Url!.AbsolutePath, body.ToArray());
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            return;
        }
    }

    private void Take(string path, byte[] body)
    {
        if (path != Traces)
        {
            last[path] = OtlpMetrics.Read(body);
            return;
        }

        foreach (var name in OtlpTraces.Requests(body))
        {
            requests.AddOrUpdate(name, 1, static (_, count) => count + 1);
        }
    }
}
