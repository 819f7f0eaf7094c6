using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;
using LLMBlender.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace LLMBlender.Gateway.Tests;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Write_ClientThatReadsNothing_IsDisconnectedAfterTheStall()
    {
        var time = new FakeTimeProvider();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(time);
        await using var app = builder.Build();
        var (written, isEnded) = (0, false);
        app.MapGet("/", async context =>
        {
            var stream = new EventStream(context);
            try
            {
                await stream.WriteAllAsync(WithoutEndAsync(context.RequestAborted), async text =>
                {
                    await stream.WriteAsync(text);
                    Interlocked.Increment(ref written);
                });
            }
            finally
            {
                Volatile.Write(ref isEnded, true);
            }
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        var url = new Uri(app.Urls.First());
        using var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {url.Authority}\r\n\r\n"), TestContext.Current.CancellationToken);

        // The buffers are full at some time; until then, a moment's stall is too short to be one.
        await Waiting.UntilAsync(() => Volatile.Read(ref written) > 0, "the stream has begun");
        await Waiting.UntilAsync(
            () =>
            {
                time.Advance(EventStream.MaxStall);
                return Volatile.Read(ref isEnded);
            },
            "the client is disconnected");
    }

    private static async IAsyncEnumerable<string> WithoutEndAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var text = new string('x', 8192);
        while (!cancellationToken.IsCancellationRequested)
        {
            yield return text;
        }

        await Task.CompletedTask;
    }
}
