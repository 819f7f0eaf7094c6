using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LLMBlender.Silo.Hosting;

/// <summary>
/// Writes the cluster's register again, where Redis has lost it: after a flush, or a restart without its data. Members know
/// each other and go on; but no new member would find them.
/// </summary>
/// <remarks>
/// The register is Orleans' table in Redis: a hash of rows by silo, and a version that only grows. A silo that misses itself in it
/// puts back all rows that it last saw there, in one transaction, under a version above any that a member knows: members heed no
/// lower one. So it does where a new silo has begun a register of its own before the loss was noticed; the new silo's row stays.
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
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(50);
    private HashEntry[] seen = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await KeepAsync();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Redis is away. The next look will see.
                LogFailed(e.Message);
            }

            // A silo that has not seen itself in the register yet could not put itself back, and looks often.
            await Task.Delay(Array.Exists(seen, IsOwn) ? Interval : FirstInterval, clock, stoppingToken);
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
        if (Array.Exists(rows, IsOwn))
        {
            seen = rows;
        }
        else if (Array.Exists(seen, IsOwn))
        {
            await WriteAsync(database, rows);
        }
    }

    private bool IsOwn(HashEntry row) => row.Name == local.SiloAddress.ToString();

    private async Task WriteAsync(IDatabase database, HashEntry[] there)
    {
        var missing = Array.FindAll(seen, row => row.Name != VersionRow && !Array.Exists(there, other => other.Name == row.Name));
        var version = Math.Max(membership.CurrentSnapshot.Version.Value, Math.Max(VersionIn(seen), VersionIn(there))) + 1;
        var transaction = database.CreateTransaction();

        // A concurrent writer wins, and the next tick adds what is missing then.
        transaction.AddCondition(Array.Exists(there, static row => row.Name == VersionRow)
            ? Condition.HashEqual(Register, VersionRow, VersionIn(there))
            : Condition.HashNotExists(Register, VersionRow));
        _ = transaction.HashSetAsync(Register, [.. missing, new HashEntry(VersionRow, version)]);
        if (await transaction.ExecuteAsync())
        {
            LogWritten(missing.Length);
        }
    }

    private static long VersionIn(HashEntry[] rows) => (long?)Array.Find(rows, static row => row.Name == VersionRow).Value ?? 0;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis had lost the cluster's register; {Count} silos were written into it again")]
    private partial void LogWritten(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "the cluster's register could not be looked after: {Cause}")]
    private partial void LogFailed(string cause);
}
