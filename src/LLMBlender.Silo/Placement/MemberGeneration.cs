using System.Globalization;
using System.IO.Hashing;
using System.Text;
using LLMBlender.Client;

namespace LLMBlender.Silo.Placement;

/// <summary>
/// The generation of the members that requests are placed on: a hash of the active silos that blend or fuse and whose capabilities are known, because a silo
/// gets no grains before. Safe for concurrent use.
/// </summary>
internal sealed class MemberGeneration(IClusterMembershipService membership, SiloCapabilityCache capabilities) : IRouteGeneration
{
    private Snapshot? last;

    /// <inheritdoc/>
    public string Current
    {
        get
        {
            var members = membership.CurrentSnapshot;
            var known = Volatile.Read(ref last);
            if (known is null || known.Version != members.Version || !known.IsComplete)
            {
                known = Read(members);
                Volatile.Write(ref last, known);
            }

            return known.Generation;
        }
    }

    // The capabilities of a new member are unknown for a short time; such a snapshot is not kept.
    private Snapshot Read(ClusterMembershipSnapshot members)
    {
        var isComplete = true;
        var silos = new StringBuilder();
        foreach (var member in members.Members.Values.Where(static member => member.Status is SiloStatus.Active).OrderBy(static member => member.SiloAddress))
        {
            var found = capabilities.Of(member.SiloAddress);
            isComplete &= found is not null;
            if (found is not null && (found.Roles & (SiloRoles.Blend | SiloRoles.Fuse)) is not SiloRoles.None)
            {
                silos.Append(member.SiloAddress.ToParsableString()).Append(' ');
            }
        }

        var hash = (uint)XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(silos.ToString()));
        return new Snapshot(members.Version, hash.ToString("x8", CultureInfo.InvariantCulture), isComplete);
    }

    private sealed record Snapshot(MembershipVersion Version, string Generation, bool IsComplete);
}
