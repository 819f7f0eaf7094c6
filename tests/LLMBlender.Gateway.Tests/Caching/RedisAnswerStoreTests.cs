using System.Diagnostics;
using LLMBlender.Gateway.Caching;
using LLMBlender.TestKit;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using StackExchange.Redis;

namespace LLMBlender.Gateway.Tests.Caching;

/// <summary>Kept answers in a real Redis.</summary>
public sealed class RedisAnswerStoreTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(static folder => File.Exists(Path.Combine(folder, "redis-server")));

    [Fact]
    public async Task Write_Entry_IsReadByAnotherProcessAndExpires_AndFailsFastOnceRedisIsGone()
    {
        Assert.SkipUnless(IsInstalled, "needs redis-server on the PATH");
        var port = Random.Shared.Next(10_000, 30_000);
        string[] args = ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder.Path, "--save", ""];
        using var server = Process.Start(new ProcessStartInfo("redis-server", args) { RedirectStandardOutput = true })!;
        server.BeginOutputReadLine();
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},abortConnect=false,connectRetry=100,connectTimeout=30000");
            await connection.GetDatabase().PingAsync();
            var store = Store(connection);

            await store.WriteAsync("k", [1, 2, 3], TimeSpan.FromMinutes(5));

            Assert.Equal([1, 2, 3], await Store(connection).ReadAsync("k"));
            Assert.Null(await store.ReadAsync("other"));
            var left = await connection.GetDatabase().KeyTimeToLiveAsync("llmblender:answer:c:k");
            Assert.InRange(left!.Value, TimeSpan.FromMinutes(4), TimeSpan.FromMinutes(5));

            server.Kill();
            await server.WaitForExitAsync();
            await Assert.ThrowsAsync<AnswerStoreException>(async () => await store.ReadAsync("k"));
            var rests = await Assert.ThrowsAsync<AnswerStoreException>(async () => await store.ReadAsync("k"));
            Assert.Equal("the store of answers was not available a moment ago", rests.Message);
        }
        finally
        {
            if (!server.HasExited)
            {
                server.Kill();
            }
        }
    }

    public void Dispose() => folder.Dispose();

    private static RedisAnswerStore Store(ConnectionMultiplexer connection) =>
        new(connection, Options.Create(new ClusterOptions { ClusterId = "c" }), TimeProvider.System);
}
