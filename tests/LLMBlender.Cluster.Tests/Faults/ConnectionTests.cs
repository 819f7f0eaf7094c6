using System.Net.Sockets;
using LLMBlender.Cluster.Tests.Processes;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>More connections than a process has file descriptors for.</summary>
public sealed class ConnectionTests : IAsyncDisposable
{
    private readonly List<TcpClient> connections = [];
    private ServeProcess process = null!;

    [Theory]
    [InlineData("")]
    [InlineData("GET /health/live HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")]
    public async Task Serve_IdleConnectionsAboveTheLimit_AnswersOthers(string sent)
    {
        const int Descriptors = 512;
        process = ServeProcess.StartWithDescriptors("all", Descriptors);
        await process.WhenReadyAsync();
        for (var i = 0; i < Descriptors + 100; i++)
        {
            var connection = new TcpClient();
            connections.Add(connection);
            await connection.ConnectAsync(process.Url.Host, process.Url.Port);
            await connection.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(sent));
        }

        using var http = new HttpClient { BaseAddress = process.Url, Timeout = Until.Patience };
        Assert.True((await http.GetAsync(new Uri("/health/live", UriKind.Relative))).IsSuccessStatusCode);
        Assert.False(process.Process.HasExited);
        Assert.Contains(process.Log, line => line.Contains($"the limit of file descriptors is {Descriptors}", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        connections.ForEach(connection => connection.Dispose());
        await process.DisposeAsync();
    }
}
