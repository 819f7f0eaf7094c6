using System.Collections.Concurrent;
using System.Net;

namespace LLMBlender.LocalCluster;

/// <summary>
/// Takes metrics by OTLP, over HTTP. A process sends its last ones when it has drained, and by then answers no scrape any more.
/// </summary>
internal sealed class Collector : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentDictionary<string, Samples> last = new();

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
    ];

    /// <summary>What a process sent last; null where it sent nothing.</summary>
    public Samples? Last(int number) => last.GetValueOrDefault($"/{number}");

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
                last[context.Request.Url!.AbsolutePath] = OtlpMetrics.Read(body.ToArray());
                context.Response.ContentType = "application/x-protobuf";
                context.Response.Close();
            }
        }
        catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
        {
            return;
        }
    }
}
