using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Silo.Placement;

namespace LLMBlender.Silo.Status;

/// <summary>See <see cref="IClusterStatus"/>: calls each member, and reports a member without a reply within 1 second as not answering.</summary>
internal sealed class ClusterStatus(IClusterMembershipService membership, SiloCapabilityCache capabilities, IGrainFactory grains, TimeProvider timeProvider) : IClusterStatus
{
    private static readonly TimeSpan CacheTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ReplyTimeout = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private Task<IReadOnlyList<SiloReport>>? last;
    private long lastAt;

    /// <inheritdoc/>
    public Task<IReadOnlyList<SiloReport>> ReadAsync(CancellationToken cancellationToken = default)
    {
        lock (gate)
        {
            if (last is null || (last.IsCompleted && timeProvider.GetElapsedTime(lastAt) >= CacheTime))
            {
                (last, lastAt) = (CallAsync(), timeProvider.GetTimestamp());
            }

            return last.WaitAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<SiloReport>> CallAsync() => await Task.WhenAll(
        membership.CurrentSnapshot.Members.Values
            .Where(static member => member.Status is SiloStatus.Active)
            .OrderBy(static member => member.SiloAddress)
            .Select(member => CallAsync(member.SiloAddress)));

    private async Task<SiloReport> CallAsync(SiloAddress silo)
    {
        try
        {
            return await grains.GetGrain<ISiloStatusGrain>(PinnedKey.Of(silo)).ReadAsync().Observed().WaitAsync(ReplyTimeout, timeProvider);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            var roles = capabilities.Of(silo)?.Roles ?? SiloRoles.None;
            return new SiloReport(silo.ToString(), RoleNames.Write(roles).Split(',', StringSplitOptions.RemoveEmptyEntries));
        }
    }
}
