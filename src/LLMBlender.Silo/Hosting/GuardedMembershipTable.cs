using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Sealing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using StackExchange.Redis;

namespace LLMBlender.Silo.Hosting;

/// <summary>
/// Orleans' membership table in Redis, guarded against what other programs write to it: a row that cannot be read is removed by name instead of keeping every
/// silo out, and with a cluster key no row can declare a silo dead unless a silo has said so.
/// </summary>
/// <remarks>
/// A silo ends itself when the table says that it is dead. So before a silo writes a status, it writes a seal: the status and the silo's address with a code of
/// the <see cref="ClusterKey"/>, in a hash beside the table. A status without a seal is not believed: the last sealed one counts, or if there is none the last one that
/// was read. A silo of a version without seals stays a member, and others find out themselves whether it is alive. A silo also ends itself when its row is missing from a
/// newer table, and others take it for dead; so a member's row that is missing counts as it was last read or written, until <see cref="MembershipRestorer"/> has written it
/// again or a silo has found the member dead.
/// </remarks>
internal sealed partial class GuardedMembershipTable(
    IMembershipTable table,
    IConnectionMultiplexer redis,
    LLMBlenderSiloOptions options,
    IOptions<ClusterMembershipOptions> membership,
    BlendMetrics metrics,
    ILogger<GuardedMembershipTable> logger)
    : IMembershipTable, IDisposable
{
    private const string VersionRow = "Version";
    private const int MaxNameLength = 100;

    // Far above the number of changes of any cluster, and with room for more below the largest number.
    private const int MaxVersion = int.MaxValue / 2;

    private readonly int votes = membership.Value.NumVotesForDeathDeclaration;
    private readonly ConcurrentDictionary<SiloAddress, MembershipEntry> known = new();
    private readonly ConcurrentDictionary<(SiloAddress Silo, SiloStatus Status), bool> reported = new();
    private int version;

    /// <inheritdoc/>
    public Task InitializeMembershipTableAsync(bool tryInitTableVersion, CancellationToken cancellationToken) =>
        table.InitializeMembershipTableAsync(tryInitTableVersion, cancellationToken);

    /// <inheritdoc/>
    public async Task DeleteMembershipTableEntriesAsync(string clusterId, CancellationToken cancellationToken)
    {
        await table.DeleteMembershipTableEntriesAsync(clusterId, cancellationToken);
        await redis.GetDatabase().KeyDeleteAsync(SealsKey);
        known.Clear();
    }

    /// <inheritdoc/>
    public async Task CleanupDefunctSiloEntriesAsync(DateTimeOffset beforeDate, CancellationToken cancellationToken)
    {
        await table.CleanupDefunctSiloEntriesAsync(beforeDate, cancellationToken);
        if (options.Key is null)
        {
            return;
        }

        var present = (await table.ReadAllAsync(cancellationToken)).Members.Select(static row => row.Item1.SiloAddress.ToParsableString()).ToHashSet();
        var database = redis.GetDatabase();
        RedisValue[] gone = [.. (await database.HashKeysAsync(SealsKey)).Where(field => !present.Contains(((string)field!).Split('/')[0]))];
        await database.HashDeleteAsync(SealsKey, gone);
    }

    /// <inheritdoc/>
    public Task<MembershipTableData> ReadRowAsync(SiloAddress key, CancellationToken cancellationToken) =>
        ReadAsync(() => table.ReadRowAsync(key, cancellationToken), key);

    /// <inheritdoc/>
    public Task<MembershipTableData> ReadAllAsync(CancellationToken cancellationToken) => ReadAsync(() => table.ReadAllAsync(cancellationToken), only: null);

    /// <inheritdoc/>
    public async Task<bool> InsertRowAsync(MembershipEntry entry, TableVersion tableVersion, CancellationToken cancellationToken)
    {
        await SealAsync(entry);
        return Written(entry, await table.InsertRowAsync(entry, tableVersion, cancellationToken));
    }

    /// <inheritdoc/>
    public async Task<bool> UpdateRowAsync(MembershipEntry entry, string etag, TableVersion tableVersion, CancellationToken cancellationToken)
    {
        await SealAsync(entry);
        return Written(entry, await table.UpdateRowAsync(entry, etag, tableVersion, cancellationToken));
    }

    /// <inheritdoc/>
    public Task UpdateIAmAliveAsync(MembershipEntry entry, CancellationToken cancellationToken) => table.UpdateIAmAliveAsync(entry, cancellationToken);

    // The interface's former methods, which Orleans does not call where the others exist.
    Task IMembershipTable.InitializeMembershipTable(bool tryInitTableVersion) => InitializeMembershipTableAsync(tryInitTableVersion, CancellationToken.None);

    Task IMembershipTable.DeleteMembershipTableEntries(string clusterId) => DeleteMembershipTableEntriesAsync(clusterId, CancellationToken.None);

    Task IMembershipTable.CleanupDefunctSiloEntries(DateTimeOffset beforeDate) => CleanupDefunctSiloEntriesAsync(beforeDate, CancellationToken.None);

    Task<MembershipTableData> IMembershipTable.ReadRow(SiloAddress key) => ReadRowAsync(key, CancellationToken.None);

    Task<MembershipTableData> IMembershipTable.ReadAll() => ReadAllAsync(CancellationToken.None);

    Task<bool> IMembershipTable.InsertRow(MembershipEntry entry, TableVersion tableVersion) => InsertRowAsync(entry, tableVersion, CancellationToken.None);

    Task<bool> IMembershipTable.UpdateRow(MembershipEntry entry, string etag, TableVersion tableVersion) => UpdateRowAsync(entry, etag, tableVersion, CancellationToken.None);

    Task IMembershipTable.UpdateIAmAlive(MembershipEntry entry) => UpdateIAmAliveAsync(entry, CancellationToken.None);

    /// <inheritdoc/>
    public void Dispose() => (table as IDisposable)?.Dispose();

    private RedisKey TableKey => $"{options.ClusterId}/members/{options.ClusterId}";

    private RedisKey SealsKey => $"{options.ClusterId}/seals/{options.ClusterId}";

    private bool Written(MembershipEntry entry, bool isWritten)
    {
        if (isWritten)
        {
            known[entry.SiloAddress] = entry;
        }

        return isWritten;
    }

    // only: the silo whose row is read; null for all.
    private async Task<MembershipTableData> ReadAsync(Func<Task<MembershipTableData>> read, SiloAddress? only)
    {
        MembershipTableData data;
        try
        {
            data = await read();
            if (!IsWhole(data))
            {
                throw new InvalidDataException("a row has no silo's address, or another row's");
            }
        }
        catch (Exception e) when (!IsOfRedis(e))
        {
            if (!await RemoveUnreadableAsync())
            {
                throw;
            }

            data = await read();
        }

        if (options.Key is { } key)
        {
            data = await VerifyAsync(key, data);
        }

        version = Math.Max(version, data.Version.Version);
        foreach (var (entry, _) in data.Members)
        {
            // A status never goes back, unless a row is an older one: another program's, or one that was restored.
            if (known.TryGetValue(entry.SiloAddress, out var last) && entry.Status < last.Status)
            {
                entry.Status = last.Status;
            }

            // The suspicion that completes the votes for a death is written together with the death. Orleans ends the silo that reads more of one that lives.
            if (entry.Status is not SiloStatus.Dead && entry.SuspectTimes?.Count >= votes)
            {
                entry.SuspectTimes = [.. entry.SuspectTimes.OrderByDescending(static suspicion => suspicion.Item2).Take(votes - 1)];
            }

            known[entry.SiloAddress] = entry;
        }

        var missing = new List<Tuple<MembershipEntry, string>>();
        foreach (var (silo, entry) in known)
        {
            if ((only is not null && !only.Equals(silo)) || data.TryGet(silo) is not null)
            {
                continue;
            }

            if (entry.Status is SiloStatus.Dead)
            {
                known.TryRemove(silo, out _);
            }
            else
            {
                missing.Add(Tuple.Create(entry, data.Version.VersionEtag));
            }
        }

        return missing.Count == 0 ? data : new MembershipTableData([.. data.Members, .. missing], data.Version);
    }

    // Of an object without an address, the reader makes an entry without one.
    private static bool IsWhole(MembershipTableData data) =>
        data.Members.All(static row => row.Item1.SiloAddress is not null) && data.Members.DistinctBy(static row => row.Item1.SiloAddress).Count() == data.Members.Count;

    private async Task<MembershipTableData> VerifyAsync(ClusterKey key, MembershipTableData data)
    {
        var seals = (await redis.GetDatabase().HashGetAllAsync(SealsKey)).ToDictionary(static seal => (string)seal.Name!, static seal => seal.Value);
        foreach (var (entry, _) in data.Members)
        {
            var status = Believed(key, entry, seals);
            if (status != entry.Status)
            {
                if (reported.TryAdd((entry.SiloAddress, entry.Status), true))
                {
                    LogUnsealed(entry.SiloAddress, entry.Status, status);
                    metrics.Silo.MembershipRejected(SiloMetrics.Unsealed);
                }

                entry.Status = status;
            }
        }

        // Orleans takes a silo for dead if the table has a later one of its address and no status of its own.
        Tuple<MembershipEntry, string>[] believed = [.. data.Members.Where(row => !IsForgedSuccessor(row.Item1.SiloAddress))];
        return believed.Length == data.Members.Count ? data : new MembershipTableData([.. believed], data.Version);

        bool IsForgedSuccessor(SiloAddress silo) =>
            !Enumerable.Range((int)SiloStatus.Created, SiloStatus.Dead - SiloStatus.None).Any(status => IsSealed(key, silo, (SiloStatus)status, seals))
            && known.Any(other => other.Value.Status is SiloStatus.Joining or SiloStatus.Active && silo.IsSuccessorOf(other.Key));
    }

    private SiloStatus Believed(ClusterKey key, MembershipEntry entry, Dictionary<string, RedisValue> seals)
    {
        if (IsSealed(key, entry.SiloAddress, entry.Status, seals))
        {
            return entry.Status;
        }

        for (var status = SiloStatus.Dead; status > SiloStatus.None; status--)
        {
            if (IsSealed(key, entry.SiloAddress, status, seals))
            {
                return status;
            }
        }

        // A silo of a version without seals joins and becomes active.
        return known.TryGetValue(entry.SiloAddress, out var last) && entry.Status is not (SiloStatus.Joining or SiloStatus.Active) ? last.Status : entry.Status;
    }

    private bool IsSealed(ClusterKey key, SiloAddress silo, SiloStatus status, Dictionary<string, RedisValue> seals) =>
        seals.TryGetValue(Field(silo, status), out var code) && key.Verify(Content(silo, status), ((ReadOnlyMemory<byte>)code).Span);

    // Before the row, so that whoever reads the row finds its seal.
    private async Task SealAsync(MembershipEntry entry)
    {
        if (options.Key is not { } key)
        {
            return;
        }

        var code = new byte[ClusterKey.CodeSize];
        key.Sign(Content(entry.SiloAddress, entry.Status), code);
        await redis.GetDatabase().HashSetAsync(SealsKey, Field(entry.SiloAddress, entry.Status), code);
    }

    private static string Field(SiloAddress silo, SiloStatus status) => $"{silo.ToParsableString()}/{(int)status}";

    private byte[] Content(SiloAddress silo, SiloStatus status) => Encoding.UTF8.GetBytes($"member {options.ClusterId} {Field(silo, status)}");

    // Orleans' own reader decides what can be read. Returns whether anything was removed.
    private async Task<bool> RemoveUnreadableAsync()
    {
        var (database, removed) = (redis.GetDatabase(), false);
        foreach (var row in await database.HashGetAllAsync(TableKey))
        {
            if (row.Name == VersionRow)
            {
                if (!int.TryParse((string?)row.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > MaxVersion)
                {
                    await database.HashSetAsync(TableKey, VersionRow, version + 1);
                    Report(VersionRow);
                    removed = true;
                }
            }
            else if (!await IsReadableAsync((string)row.Name!))
            {
                await database.HashDeleteAsync(TableKey, row.Name);
                Report((string)row.Name!);
                removed = true;
            }
        }

        return removed;
    }

    private async Task<bool> IsReadableAsync(string name)
    {
        if (!TryParse(name, out var silo))
        {
            return false;
        }

        try
        {
            return (await table.ReadRowAsync(silo, CancellationToken.None)).Members.All(row => silo.Equals(row.Item1.SiloAddress));
        }
        catch (Exception e) when (!IsOfRedis(e))
        {
            return false;
        }
    }

    // A row's name is "S", and then address, port and generation.
    private static bool TryParse(string name, out SiloAddress silo)
    {
        silo = SiloAddress.Zero;
        var at = name.LastIndexOf(':');
        if (at < 2 || name[0] != 'S')
        {
            return false;
        }

        try
        {
            silo = SiloAddress.FromParsableString($"{name[1..at]}@{name[(at + 1)..]}");
            return silo.ToString() == name;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return false;
        }
    }

    private static bool IsOfRedis(Exception e) =>
        e is RedisException or TimeoutException or OperationCanceledException or ObjectDisposedException or OutOfMemoryException || (e.InnerException is { } inner && IsOfRedis(inner));

    private void Report(string name)
    {
        LogUnreadable(name.Length > MaxNameLength ? name[..MaxNameLength] : name);
        metrics.Silo.MembershipRejected(SiloMetrics.Unreadable);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "the row {Name} of the cluster's membership table cannot be read, and was removed: another program writes to this Redis")]
    private partial void LogUnreadable(string name);

    [LoggerMessage(Level = LogLevel.Error, Message = "the cluster's membership table says of {Silo} that it is {Status}, which no silo has sealed; it counts as {Believed}. Another program writes to this Redis, or that silo has no --cluster-key")]
    private partial void LogUnsealed(SiloAddress silo, SiloStatus status, SiloStatus believed);
}
