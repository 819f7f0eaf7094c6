using System.Globalization;
using System.Text.Json.Nodes;
using LLMBlender.Cluster.Tests.Operations;
using LLMBlender.Cluster.Tests.Processes;
using LLMBlender.TestKit;
using LLMBlender.TestKit.Fuzzing;
using StackExchange.Redis;

namespace LLMBlender.Cluster.Tests.Faults;

/// <summary>Another program writes to the cluster's Redis: no answer changes, and no process ends.</summary>
public sealed class ForgedRedisTests : IAsyncLifetime
{
    private const string Table = "forged/members/forged";
    private const string Seals = "forged/seals/forged";
    private const int Dead = 6;
    private const int ChangesOfARound = 20;

    private readonly TemporaryFolder folder = new();
    private readonly RedisServer redis = new();
    private readonly List<ServeProcess> started = [];

    public async ValueTask InitializeAsync()
    {
        folder.Write("cluster.key", $"{new string('k', 40)}\n");
        folder.Write("serve.json", """{"LLMBlender":{"Cache":{"MemoryEntries":1}}}""");
        if (RedisServer.IsInstalled)
        {
            await redis.StartAsync();
        }
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task Comparisons_OfAnotherProgram_AreMisses()
    {
        var (gateway, _) = await StartAsync();
        using var client = new RankingClient(gateway.Url);
        var question = Question.Short("a forged entry");
        var first = await client.RankAsync(question);
        RedisKey[] keys = [];
        await Until.IsSoAsync(async () => (keys = await redis.CachedKeysAsync()).Length >= 6, "the comparisons are in Redis");

        await redis.UseAsync(async (database, _) =>
        {
            foreach (var key in keys)
            {
                byte[] entry = (await database.StringGetAsync(key))!;
                entry[4] ^= 0x80;
                await database.StringSetAsync(key, entry);
            }

            return keys.Length;
        });

        Assert.Equal(first.Ranks, (await client.RankAsync(question)).Ranks);

        // One is in the process's memory.
        Assert.Equal(keys.Length - 1, (await Scrape.OfAsync(gateway.Url)).Sum("llmblender_cache_failures_total", ("kind", "corrupt")));
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task MembershipTable_ThatSaysAllAreDead_EndsNobodyAndTakesNewSilos()
    {
        var (gateway, worker) = await StartAsync();
        using var client = new RankingClient(gateway.Url);

        await redis.UseAsync(async (database, _) =>
        {
            foreach (var row in await database.HashGetAllAsync(Table))
            {
                if (row.Name == "Version")
                {
                    await database.HashSetAsync(Table, row.Name, int.Parse((string)row.Value!, CultureInfo.InvariantCulture) + 50);
                }
                else
                {
                    var entry = JsonNode.Parse((string)row.Value!)!;
                    entry["Status"] = Dead;
                    await database.HashSetAsync(Table, row.Name, entry.ToJsonString());
                }
            }

            return true;
        });

        // All have read the table: a silo refreshes it at intervals.
        await Until.IsSoAsync(async () => await RejectedAsync(gateway, "unsealed") >= 2 && await RejectedAsync(worker, "unsealed") >= 2, "the rows were rejected");
        var joined = Start("blend");
        await joined.WhenReadyAsync();
        await client.RankAsync(Question.Short("after the forged rows"));
        Assert.All([gateway, worker, joined], process => Assert.False(process.Process.HasExited, string.Join('\n', process.Log)));
        Assert.Equal(0, await joined.TerminateAsync());
        await client.RankAsync(Question.Short("after one has left"));
    }

    [Theory(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    [InlineData("S127.0.0.1:1:1", "not JSON")]
    [InlineData("S127.0.0.1:1:1", """{"SiloAddress":7,"Status":3}""")]
    [InlineData("a row", "{}")]
    [InlineData("S127.0.0.1:1:1", "{}")]
    [InlineData("Version", "many")]
    public async Task MembershipTable_RowThatCannotBeRead_IsPassedOverByName(string row, string value)
    {
        await redis.UseAsync((database, _) => database.HashSetAsync(Table, row, value));

        var (gateway, worker) = await StartAsync();

        using var client = new RankingClient(gateway.Url);
        await client.RankAsync(Question.Short("a bad row"));
        Assert.Contains(gateway.Log.Concat(worker.Log), line => line.Contains($"the row {row} ", StringComparison.Ordinal));
        Assert.True(await RejectedAsync(gateway, "unreadable") + await RejectedAsync(worker, "unreadable") >= 1);
    }

    [Fact(SkipUnless = nameof(RedisServer.IsInstalled), SkipType = typeof(RedisServer), Skip = RedisServer.SkipReason)]
    public async Task MembershipTable_ChangedRows_EndNobody()
    {
        var (gateway, worker) = await StartAsync();
        using var client = new RankingClient(gateway.Url);
        var (random, mutator) = (new Random(Fuzz.Seed), new Mutator(Fuzz.Seed));
        var rows = await redis.UseAsync(static (database, _) => database.HashGetAllAsync(Table));
        var seals = await redis.UseAsync(static (database, _) => database.HashGetAllAsync(Seals));
        for (var round = 0; round < Fuzz.Count(5); round++)
        {
            var rejected = await UnreadableAsync();
            await redis.UseAsync(async (database, _) =>
            {
                for (var i = 0; i < ChangesOfARound; i++)
                {
                    // The rows of members, of silos that do not exist, the version, and seals.
                    var row = rows[random.Next(rows.Length)];
                    var name = random.Next(4) == 0 ? System.Text.Encoding.UTF8.GetString(mutator.Next(row.Name!)) : (string)row.Name!;
                    await database.HashSetAsync(Table, name, mutator.Next(row.Value!));
                    var seal = seals[random.Next(seals.Length)];
                    await database.HashSetAsync(Seals, random.Next(2) == 0 ? seal.Name : mutator.Next(seal.Name!), mutator.Next(seal.Value!));
                }

                return true;
            });

            await Until.IsSoAsync(async () => await UnreadableAsync() > rejected, "a member has read the changed rows");
            foreach (var silo in (string[])[gateway.Silo, worker.Silo])
            {
                await Until.IsSoAsync(() => redis.UseAsync(async (database, _) => await database.HashExistsAsync(Table, silo)), $"the row of {silo} is there");
            }

            await client.RankAsync(Question.Short($"changed rows {round}"));
            Assert.All([gateway, worker], static process => Assert.False(process.Process.HasExited, string.Join('\n', process.Log)));
        }

        async Task<double> UnreadableAsync() => await RejectedAsync(gateway, "unreadable") + await RejectedAsync(worker, "unreadable");
    }

    [Fact]
    public async Task ClusterKey_TooShort_IsNamed()
    {
        folder.Write("short.key", "secret");
        await using var serve = ServeProcess.Start("all", "--cluster-key", folder.File("short.key"));

        await serve.Process.WaitForExitAsync();

        Assert.Equal(2, serve.Process.ExitCode);
        await Until.IsSoAsync(() => serve.Log.Any(line => line.Contains("--cluster-key: ", StringComparison.Ordinal) && line.Contains("at least 32", StringComparison.Ordinal)), "the rule is named");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in started)
        {
            await process.DisposeAsync();
        }

        await redis.DisposeAsync();
        folder.Dispose();
    }

    private static async Task<double> RejectedAsync(ServeProcess process, string reason) =>
        (await Scrape.OfAsync(process.Url)).Sum("llmblender_membership_rejections_total", ("reason", reason));

    private async Task<(ServeProcess Gateway, ServeProcess Worker)> StartAsync()
    {
        var (gateway, worker) = (Start("gateway,blend,fuse"), Start("compare"));
        await Task.WhenAll(gateway.WhenReadyAsync(), worker.WhenReadyAsync());
        using var http = new HttpClient { BaseAddress = gateway.Url };
        await Until.IsSoAsync(async () => (await http.GetAsync(new Uri("/health/ready", UriKind.Relative))).IsSuccessStatusCode, "the gateway is ready");
        return (gateway, worker);
    }

    private ServeProcess Start(string role)
    {
        var process = ServeProcess.Start(
            role, "--redis", redis.Address, "--cluster-id", "forged", "--cluster-key", folder.File("cluster.key"), "--config", folder.File("serve.json"));
        started.Add(process);
        return process;
    }
}
