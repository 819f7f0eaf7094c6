using System.Globalization;
using LLMBlender.Benchmarks.Cluster;
using StackExchange.Redis;

namespace LLMBlender.Benchmarks.Cells;

/// <summary>What comparisons cost a Redis, of its own processor time, so that other work of the machine does not count.</summary>
/// <param name="Read">Seconds for an entry read, by commands as the comparison cache sends them.</param>
/// <param name="Write">Seconds for an entry written.</param>
/// <param name="Bytes">Memory of an entry.</param>
internal sealed record RedisRates(double Read, double Write, double Bytes)
{
    private const int Rounds = 4000;
    private const int OfARound = 34;

    /// <summary>Measures on a redis-server of its own; null if none is installed.</summary>
    public static async Task<RedisRates?> MeasureAsync()
    {
        if (!LocalRedis.IsInstalled)
        {
            return null;
        }

        using var redis = new LocalRedis();
        await using var connection = await redis.ConnectAsync();
        var (database, server) = (connection.GetDatabase(), connection.GetServer(redis.Address));
        var memory = await InfoAsync(server, "memory", "used_memory");
        var writing = await TimeAsync(server, async round => await Task.WhenAll(
            Keys(round).Select(key => database.StringSetAsync(key, new byte[41], TimeSpan.FromDays(7)))));
        var bytes = (await InfoAsync(server, "memory", "used_memory") - memory) / (Rounds * OfARound);
        var reading = await TimeAsync(server, round => database.StringGetAsync(Keys(round)));
        return new RedisRates(reading, writing, bytes);
    }

    private static async Task<double> TimeAsync(IServer server, Func<int, Task> send)
    {
        var before = await ProcessorAsync(server);
        for (var round = 0; round < Rounds; round++)
        {
            await send(round);
        }

        return (await ProcessorAsync(server) - before) / (Rounds * OfARound);
    }

    private static async Task<double> ProcessorAsync(IServer server) => await InfoAsync(server, "cpu", "used_cpu_user") + await InfoAsync(server, "cpu", "used_cpu_sys");

    private static async Task<double> InfoAsync(IServer server, string section, string name) =>
        double.Parse((await server.InfoAsync(section)).SelectMany(static group => group).First(entry => entry.Key == name).Value, CultureInfo.InvariantCulture);

    // As the cache's: a prefix and a hash of 32 bytes.
    private static RedisKey[] Keys(int round) => [.. Enumerable.Range(0, OfARound).Select(i =>
    {
        var key = new byte[47];
        "llmblender:cmp:"u8.CopyTo(key);
        BitConverter.TryWriteBytes(key.AsSpan(15), (round * OfARound) + i);
        return (RedisKey)key;
    })];
}
