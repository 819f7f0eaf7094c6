using System.Diagnostics;
using System.Text.Json;
using LLMBlender.Gateway.OpenAI;
using LLMBlender.Gateway.RateLimiting;
using LLMBlender.Local.Settings;
using LLMBlender.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using StackExchange.Redis;

namespace LLMBlender.Gateway.Tests.OpenAI;

/// <summary>Stored responses in a real Redis.</summary>
public sealed class ResponseStoreTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private Process? redis;
    private ConnectionMultiplexer connection = null!;

    private static bool IsInstalled => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(static folder => File.Exists(Path.Combine(folder, "redis-server")));

    public async ValueTask InitializeAsync()
    {
        if (!IsInstalled)
        {
            return;
        }

        var port = Random.Shared.Next(10_000, 30_000);
        string[] args = ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder.Path, "--save", ""];
        redis = Process.Start(new ProcessStartInfo("redis-server", args) { RedirectStandardOutput = true })!;
        redis.BeginOutputReadLine();
        connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{port},abortConnect=false,connectRetry=100,connectTimeout=30000");
        await connection.GetDatabase().PingAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (redis is not null)
        {
            await connection.DisposeAsync();
            redis.Kill();
            redis.Dispose();
        }

        folder.Dispose();
    }

    [Fact]
    public async Task Set_Entry_IsReadByAnotherProcessAndExpires()
    {
        Assert.SkipUnless(IsInstalled, "needs redis-server on the PATH");

        await Store().SetAsync("me:resp_1", "first");
        await Store().SetAsync("me:resp_1", "second");

        Assert.Equal("first", await Store().GetAsync("me:resp_1"));
        Assert.Null(await Store().GetAsync("other:resp_1"));
        var left = await connection.GetDatabase().KeyTimeToLiveAsync("llmblender:response:c:me:resp_1");
        Assert.InRange(left!.Value, IResponseStore.Lifetime - TimeSpan.FromMinutes(5), IResponseStore.Lifetime);
    }

    [Fact]
    public async Task Set_MoreThanTheBound_DeletesTheOldest()
    {
        Assert.SkipUnless(IsInstalled, "needs redis-server on the PATH");
        var store = Store(120);

        for (var i = 0; i < 5; i++)
        {
            await store.SetAsync($"{i}", new string('x', 40));
        }

        Assert.Equal([null, null, null, new string('x', 40), new string('x', 40)], await Task.WhenAll(Enumerable.Range(0, 5).Select(i => store.GetAsync($"{i}"))));
        Assert.Equal(2 * (40 + new Checksum().Size), (long)await connection.GetDatabase().StringGetAsync("llmblender:response:c:length"));
    }

    [Fact]
    public async Task Entries_OfAnotherProgram_DoNotExistAndDoNotCount()
    {
        Assert.SkipUnless(IsInstalled, "needs redis-server on the PATH");
        var (database, options) = (connection.GetDatabase(), Options.Create(new ClusterOptions { ClusterId = "c" }));
        await Store().SetAsync("me:resp_1", "first");
        await Store().SetAsync("me:resp_2", "second");
        byte[] entry = (await database.StringGetAsync("llmblender:response:c:me:resp_1"))!;
        entry[^1] ^= 1;
        await database.StringSetAsync("llmblender:response:c:me:resp_1", entry);
        await database.StringSetAsync("llmblender:response:c:me:resp_3", await database.StringGetAsync("llmblender:response:c:me:resp_2"));
        Assert.Equal([null, "second", null], await Task.WhenAll(new[] { "me:resp_1", "me:resp_2", "me:resp_3" }.Select(Store().GetAsync)));

        var (one, other, day) = (new RedisCounter(connection, options, new Checksum()), new RedisCounter(connection, options, new Checksum()), new DateOnly(2026, 11, 29));
        Assert.Equal((5, 7), await one.AddAsync("a", day, 5, 7));
        Assert.Equal((15, 27), await other.AddAsync("a", day, 10, 20));
        RedisKey key = "llmblender:spent:c:a:20261129";
        var field = (await database.HashGetAllAsync(key))[0];
        await database.HashSetAsync(key, "forged", field.Value);
        await database.HashSetAsync(key, "short", "-1000000");

        Assert.Equal((16, 28), await one.AddAsync("a", day, 1, 1));
        Assert.Equal((0, 0), await one.AddAsync("b", day, 0, 0));
    }

    [Fact]
    public async Task Responses_RedisGoesAway_AreAnsweredAndSaidToBeUnstored()
    {
        Assert.SkipUnless(IsInstalled, "needs redis-server on the PATH");
        await using var gateway = await LiveGateway.StartAsync(services: services => services.AddSingleton<IResponseStore>(Store()));
        gateway.Models.On("solo", "1");
        gateway.Use([gateway.Backend("solo")], new PanelSettings { Name = "p", Members = ["solo"], Fuser = "select" });
        var (_, first, _) = await gateway.PostAsync("/v1/responses", new { model = "p", input = "What?" });
        var id = first.GetProperty("id").GetString();

        var (status, second, _) = await gateway.PostAsync("/v1/responses", new { model = "p", input = "And?", previous_response_id = id });
        Assert.Equal((200, true), (status, second.GetProperty("store").GetBoolean()));
        Assert.Equal(3, gateway.Models.CallsOf("solo")[^1].Messages.Count);
        redis!.Kill();
        await redis.WaitForExitAsync(TestContext.Current.CancellationToken);

        var (answered, third, _) = await gateway.PostAsync("/v1/responses", new { model = "p", input = "What?" });
        var streamed = await gateway.StreamAsync("/v1/responses", new { model = "p", input = "What?", stream = true });
        var (refused, error, response) = await gateway.PostAsync("/v1/responses", new { model = "p", input = "And?", previous_response_id = id });

        Assert.Equal((200, false), (answered, third.GetProperty("store").GetBoolean()));
        Assert.Contains("was not stored", third.GetProperty("warnings")[0].GetString(), StringComparison.Ordinal);
        Assert.False(JsonElement.Parse(streamed[^1].Data).GetProperty("response").GetProperty("store").GetBoolean());
        Assert.Equal((503, "unreachable"), (refused, error.GetProperty("error").GetProperty("code").GetString()));
        Assert.NotNull(response.Headers.RetryAfter);
    }

    private RedisResponseStore Store(long maxLength = 1 << 20) => new(connection, Options.Create(new ClusterOptions { ClusterId = "c" }), new Checksum(), maxLength);
}
