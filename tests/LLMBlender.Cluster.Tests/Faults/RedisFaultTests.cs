using LLMBlender.Cluster.Tests.Processes;
using StackExchange.Redis;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>A Redis that is gone, stuck, empty, full or lies: the answers stay right, and it is used again by itself.</summary>
public sealed class RedisFaultTests(ForgetfulCluster cluster) : IClassFixture<ForgetfulCluster>
{
    // One comparison each process still remembers itself.
    private const int QuestionPairs = 4 * 6;

    private static readonly Question[] Questions = [.. Enumerable.Range(0, 4).Select(i => Question.Short($"thing {i}"))];

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Redis_KilledAndStartedAgain_ChangesNoAnswer() => StrikeAsync("Redis killed", async unharmed =>
    {
        await cluster.Redis.KillAsync();
        await unharmed();
        await cluster.Redis.StartAsync();
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Redis_Frozen_ChangesNoAnswer() => StrikeAsync("Redis frozen", async unharmed =>
    {
        Signals.SendStop(cluster.Redis.Process);
        await unharmed();
        Signals.SendContinue(cluster.Redis.Process);
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Redis_Full_ChangesNoAnswer() => StrikeAsync("Redis full", async unharmed =>
    {
        await SetMemoryAsync("1");
        await unharmed();
        await SetMemoryAsync("0");
    });

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Redis_Flushed_ChangesNoAnswerAndTakesNewSilos() => StrikeAsync("Redis flushed", async unharmed =>
    {
        await cluster.Redis.UseAsync(async (_, server) =>
        {
            await server.FlushAllDatabasesAsync();
            return true;
        });
        await unharmed();

        // The silos' own register was flushed as well; they write themselves in again, and a newcomer finds them.
        await cluster.With("compare")[0].KillAsync();
        await cluster.HealAsync();
        await unharmed();
    });

    // As where a newcomer asks Redis before any member has noticed the loss.
    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public Task Register_LostAndBegunAnew_ChangesNoAnswerAndTakesNewSilos() => StrikeAsync("the register begun anew", async unharmed =>
    {
        await cluster.Redis.UseAsync(async (database, server) =>
        {
            RedisKey register = $"{cluster.Id}/members/{cluster.Id}";
            var transaction = database.CreateTransaction();
            transaction.AddCondition(Condition.HashExists(register, "Version"));
            _ = transaction.KeyDeleteAsync(register);
            _ = transaction.HashSetAsync(register, "Version", 0);
            Assert.True(await transaction.ExecuteAsync(), "there is no register where the test looks for it");
            return server.IsConnected;
        });
        await cluster.With("compare")[0].KillAsync();
        await cluster.HealAsync();
        await unharmed();
    });

    [Theory(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    [InlineData("")]
    [InlineData("garbage")]
    [InlineData("\u0001abcdefghijkl")]
    [InlineData(null)]
    public Task Entries_Overwritten_AreMissesAndHeal(string? garbage) => cluster.UseAsync(async () =>
    {
        using var client = new RankingClient(cluster.Gateway.Url);
        var expected = await client.RankAllAsync(Questions);
        await Until.IsSoAsync(async () => (await cluster.Redis.CachedKeysAsync()).Length >= QuestionPairs, "the comparisons are written");
        var keys = await cluster.Redis.CachedKeysAsync();
        var sound = await cluster.Redis.UseAsync((database, _) => database.StringGetAsync(keys));

        // Null stands for a sound value at the wrong key.
        await cluster.Redis.UseAsync((database, _) => database.StringSetAsync(
            [.. keys.Select((key, i) => new KeyValuePair<RedisKey, RedisValue>(key, garbage is null ? sound[(i + 1) % sound.Length] : garbage))]));
        var actual = await client.RankAllAsync(Questions);

        for (var i = 0; i < Questions.Length; i++)
        {
            Ranking.AssertSame(expected[i], actual[i], $"question {i}");
        }

        await Until.IsSoAsync(
            async () => (await cluster.Redis.UseAsync((database, _) => database.StringGetAsync(keys))).Zip(sound).Count(pair => SameEntry(pair.First, pair.Second)) >= QuestionPairs - 1,
            "the questions' entries are sound again");
    });

    // Version and length; the logit itself may differ in its last digits.
    private static bool SameEntry(RedisValue a, RedisValue b) =>
        (byte[]?)a is { Length: > sizeof(float) } first && (byte[]?)b is { } second && first.Length == second.Length && first[0] == second[0]
        && Math.Abs(BitConverter.ToSingle(first, 1) - BitConverter.ToSingle(second, 1)) < 1e-4;

    private Task StrikeAsync(string fault, Func<Func<Task>, Task> strike) => cluster.UseAsync(async () =>
    {
        for (var round = 0; round < Form.Rounds; round++)
        {
            using var client = new RankingClient(cluster.Gateway.Url);
            var expected = await client.RankAllAsync(Questions);
            await using var load = await Load.StartAsync(cluster.Gateway.Url, concurrency: 2);
            await strike(async () =>
            {
                await load.WhenAnsweredMoreAsync(Form.Margin);
                var actual = await client.RankAllAsync(Questions);
                for (var i = 0; i < Questions.Length; i++)
                {
                    Ranking.AssertSame(expected[i], actual[i], $"{fault}, question {i}");
                }
            });
            var kept = (await cluster.Redis.CachedKeysAsync()).Length;
            await Until.IsSoAsync(async () => (await cluster.Redis.CachedKeysAsync()).Length > kept, "comparisons are kept in Redis again");
            await load.EndWithoutFailureAsync(fault);
            var unobserved = cluster.Log.FirstOrDefault(line => line.Contains("unobserved", StringComparison.OrdinalIgnoreCase));
            Assert.True(unobserved is null, unobserved);
        }
    });

    private Task<bool> SetMemoryAsync(string bytes) => cluster.Redis.UseAsync(async (_, server) =>
    {
        await server.ConfigSetAsync("maxmemory", bytes);
        return true;
    });
}
