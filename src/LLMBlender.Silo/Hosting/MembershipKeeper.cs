using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LLMBlender.Silo.Hosting;

/// <summary>
/// Writes the cluster's register again, where Redis has lost it: after a flush, or a restart without its data. Members know
/// each other and go on; but nobody new would find them.
/// </summary>
/// <remarks>
/// The register is Orleans' table in Redis: a hash of rows by silo, and a version that only grows. It is put back whole, in one
/// transaction and by one silo, as it was last seen: a member that found itself missing from it would take itself for dead.
/// </remarks>
internal sealed partial class MembershipKeeper(
    IClusterMembershipService membership,
    ILocalSiloDetails local,
    IConnectionMultiplexer redis,
    LLMBlenderSiloOptions options,
    TimeProvider clock,
    ILogger<MembershipKeeper> logger) : BackgroundService
{
    private const string VersionRow = "Version";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private HashEntry[] seen = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await KeepAsync();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Redis is away. The next tick will see.
                LogFailed(e.Message);
            }
        }
    }

    private RedisKey Register => $"{options.ClusterId}/members/{options.ClusterId}";

    private async Task KeepAsync()
    {
        if (membership.CurrentSnapshot.GetSiloStatus(local.SiloAddress) is not SiloStatus.Active)
        {
            return;
        }

        var database = redis.GetDatabase();
        var rows = await database.HashGetAllAsync(Register);
        if (Array.Exists(rows, row => row.Name == VersionRow))
        {
            seen = rows;
        }
        else if (Array.Exists(seen, row => row.Name == local.SiloAddress.ToString()))
        {
            await WriteAsync(database);
        }
    }

    private async Task WriteAsync(IDatabase database)
    {
        var version = Math.Max(membership.CurrentSnapshot.Version.Value, (long)Array.Find(seen, row => row.Name == VersionRow).Value) + 1;
        var transaction = database.CreateTransaction();
        transaction.AddCondition(Condition.KeyNotExists(Register));
        _ = transaction.HashSetAsync(Register, [.. seen.Where(row => row.Name != VersionRow), new HashEntry(VersionRow, version)]);
        if (await transaction.ExecuteAsync())
        {
            LogWritten(seen.Length - 1);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis had lost the cluster's register; it was written again, with {Count} silos")]
    private partial void LogWritten(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "the cluster's register could not be looked after: {Cause}")]
    private partial void LogFailed(string cause);
}
