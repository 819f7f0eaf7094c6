using System.Text.Json;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LLMBlender.Silo.Hosting;

/// <summary>
/// Restores the cluster's membership table if Redis has lost it, after a flush or a restart without its data. Existing members are
/// not affected by the loss, but new members could not find them.
/// </summary>
/// <remarks>
/// The membership table is a Redis hash of Orleans with a row for each silo and an increasing version. A silo that is missing from it
/// restores all rows that it last read, in one transaction, with a version above that of any member, because members ignore lower
/// versions. If a new silo has created a new table in the meantime, the missing rows are added, and the new silo's row is kept. Only rows that Orleans can read are
/// restored: <see cref="GuardedMembershipTable"/> removes others, also between Orleans' own reads.
/// </remarks>
internal sealed partial class MembershipRestorer(
    IClusterMembershipService membership,
    IMembershipTable table,
    ILocalSiloDetails local,
    IConnectionMultiplexer redis,
    LLMBlenderSiloOptions options,
    TimeProvider timeProvider,
    ILogger<MembershipRestorer> logger) : BackgroundService
{
    private const string VersionRow = "Version";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(50);
    private HashEntry[] lastRows = [];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await RestoreAsync();
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // Redis is unavailable. The next tick tries again.
                LogFailed(e.Message);
            }

            // Polls faster until the silo has read its own row, because it could not restore the row before.
            await Task.Delay(Array.Exists(lastRows, IsOwn) ? Interval : FirstInterval, timeProvider, stoppingToken);
        }
    }

    private RedisKey TableKey => $"{options.ClusterId}/members/{options.ClusterId}";

    private async Task RestoreAsync()
    {
        if (membership.CurrentSnapshot.GetSiloStatus(local.SiloAddress) is not SiloStatus.Active)
        {
            return;
        }

        var database = redis.GetDatabase();
        var before = await database.HashGetAllAsync(TableKey);
        await table.ReadAllAsync(CancellationToken.None);
        var rows = Array.FindAll(await database.HashGetAllAsync(TableKey), row => !IsOld(row));
        if (!Array.Exists(rows, IsOwn))
        {
            if (Array.Exists(lastRows, IsOwn))
            {
                await WriteAsync(database, rows);
            }
        }
        else if (rows.ToHashSet().SetEquals(before))
        {
            // Otherwise they changed while they were read, perhaps to what cannot be read.
            lastRows = rows;
        }
    }

    // Whether it is this silo's row of before it was active, which another silo has restored.
    private bool IsOld(HashEntry row)
    {
        if (!IsOwn(row))
        {
            return false;
        }

        try
        {
            using var entry = JsonDocument.Parse((string)row.Value!);
            return entry.RootElement.ValueKind is JsonValueKind.Object && entry.RootElement.TryGetProperty("Status", out var status)
                && status.ValueKind is JsonValueKind.Number && status.TryGetInt32(out var number) && number < (int)SiloStatus.Active;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private bool IsOwn(HashEntry row) => row.Name == local.SiloAddress.ToString();

    private async Task WriteAsync(IDatabase database, HashEntry[] current)
    {
        var missing = Array.FindAll(lastRows, row => row.Name != VersionRow && !Array.Exists(current, other => other.Name == row.Name));
        var version = Math.Max(membership.CurrentSnapshot.Version.Value, Math.Max(VersionIn(lastRows), VersionIn(current))) + 1;
        var transaction = database.CreateTransaction();

        // A concurrent writer wins, and the next tick adds what is missing then.
        transaction.AddCondition(Array.Exists(current, static row => row.Name == VersionRow)
            ? Condition.HashEqual(TableKey, VersionRow, VersionIn(current))
            : Condition.HashNotExists(TableKey, VersionRow));
        _ = transaction.HashSetAsync(TableKey, [.. missing, new HashEntry(VersionRow, version)]);
        if (await transaction.ExecuteAsync())
        {
            LogWritten(missing.Length);
        }
    }

    private static long VersionIn(HashEntry[] rows) => (long?)Array.Find(rows, static row => row.Name == VersionRow).Value ?? 0;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis had lost the cluster's membership table; {Count} silos were restored")]
    private partial void LogWritten(int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "the cluster's membership table could not be checked: {Cause}")]
    private partial void LogFailed(string cause);
}
