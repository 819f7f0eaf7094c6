using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace LLMBlender.Silo.Hosting;

/// <summary>
/// Writes the silo into the cluster's register again, where Redis has lost it: after a flush, or a restart without its data.
/// Members know each other and go on; but nobody new would find them.
/// </summary>
/// <remarks>
/// The register is Orleans' table in Redis: a hash of rows by silo, and a version that only grows. The lost version is
/// continued from what this silo knows, for its members would take an older one for stale.
/// </remarks>
internal sealed partial class MembershipKeeper(
    IMembershipTable table,
    IClusterMembershipService membership,
    ILocalSiloDetails local,
    IConnectionMultiplexer redis,
    LLMBlenderSiloOptions options,
    TimeProvider clock,
    ILogger<MembershipKeeper> logger) : BackgroundService
{
    private const string VersionRow = "Version";
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private MembershipEntry? own;

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
        if (await database.HashExistsAsync(Register, VersionRow))
        {
            var rows = await table.ReadAllAsync(CancellationToken.None);
            var row = rows.TryGet(local.SiloAddress);
            own = row?.Item1 ?? own;
            if (row is null && own is not null && await table.InsertRowAsync(own, rows.Version.Next(), CancellationToken.None))
            {
                LogWritten();
            }

            return;
        }

        // Whoever comes first writes the version; it is not to be seen going back.
        var next = membership.CurrentSnapshot.Version.Value + 1;
        await database.HashSetAsync(Register, VersionRow, next, When.NotExists);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "the cluster's register had lost this silo, which has written itself in again")]
    private partial void LogWritten();

    [LoggerMessage(Level = LogLevel.Information, Message = "the cluster's register could not be looked after: {Cause}")]
    private partial void LogFailed(string cause);
}
