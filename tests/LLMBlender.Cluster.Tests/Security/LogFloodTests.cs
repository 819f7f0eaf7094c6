using System.Net.Sockets;
using System.Text;
using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Cluster.Tests.Security;

/// <summary>What somebody without a key can make a process write to its log.</summary>
public sealed class LogFloodTests
{
    private const int Sessions = 3000;

    [Fact]
    public async Task Serve_BrokenSessionsOfAnotherSilo_WritesFewLinesAndSaysHowManyMore()
    {
        await using var redis = new RedisServer();
        await redis.StartAsync();
        var (advertised, listening) = (FreePort.Next(), FreePort.Next());
        using var relay = new Relay(listening);
        await using var one = ServeProcess.Start("all", "--redis", redis.Address, "--silo-port", $"{relay.Port}", "--silo-listen-port", $"{listening}");
        await one.WhenReadyAsync();
        await using var two = ServeProcess.Start("all", "--redis", redis.Address, "--silo-port", $"{advertised}");
        await two.WhenReadyAsync();
        var handshake = await relay.Handshake.WaitAsync(Until.Patience);
        var random = new Random(1);
        for (var i = 0; i < Sessions; i++)
        {
            var garbage = new byte[64];
            random.NextBytes(garbage);
            // Its own handshake comes first; a session that ended before it would break there.
            await SendAsync(advertised, [.. handshake, .. garbage], read: true);
        }

        await Until.IsSoAsync(() => Task.FromResult(two.Log.Any(static line => line.Contains("Orleans.Runtime.Messaging.Connection", StringComparison.Ordinal))), "the sessions are logged");
        using var http = new HttpClient { BaseAddress = two.Url };
        Assert.True((await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode);
        Assert.Equal(0, await two.TerminateAsync());

        // Without the limit about 1,500 bytes each.
        Assert.InRange(two.Log.Sum(static line => line.Length), 1, 300_000);
        Assert.Contains(two.Log, static line => line.Contains("more lines like Orleans.Runtime.Messaging.Connection", StringComparison.Ordinal));
        Assert.DoesNotContain(two.Log, static line => line.Any(char.IsControl));
    }

    [Theory]
    [InlineData("GET /health/live HTTP/1.1\nHost: localhost\n\n", "HTTP/1.1 400 ")]
    [InlineData("GET /health/live HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n8000000000000000\r\n{}\r\n0\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("POST /v1/rank HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n80000000\r\n{}\r\n0\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("POST /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: application/json, text/event-stream\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n{}\r\n0\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData("HEAD /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 ")]
    [InlineData("HEAD /health/ready HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 ")]
    [InlineData("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 ")]
    [InlineData("HEAD /openapi/v1.json HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP/1.1 200 ")]
    public async Task Serve_UnusualRequests_AnswersByTheProtocolWithoutALine(string request, string expected)
    {
        await using var process = ServeProcess.Start("all");
        await process.WhenReadyAsync();

        var answer = await SendAsync(process.Url.Port, Encoding.ASCII.GetBytes(request), read: true);

        Assert.StartsWith(expected, answer, StringComparison.Ordinal);
        Assert.DoesNotContain(process.Log, static line => !line.StartsWith("llmblender: models compute with ", StringComparison.Ordinal));
    }

    private static async Task<string> SendAsync(int port, byte[] bytes, bool read = false)
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", port);
        await client.GetStream().WriteAsync(bytes);
        var buffer = new byte[64];
        var length = read ? await client.GetStream().ReadAtLeastAsync(buffer, 16, throwOnEndOfStream: false) : 0;
        return Encoding.ASCII.GetString(buffer, 0, length);
    }
}
