using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Local.Fusion;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Placement;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>See <see cref="IFusionGrain"/>: hosts <see cref="FusionHost"/>. Reentrant, because the fuser computes outside the grain's scheduler.</summary>
[Reentrant, NearPlacement, RoleFilter(SiloRoles.Fuse), GrainDirectory(RuleDirectory.Name)]
internal sealed class FusionGrain(FusionHost host, Admission admission) : IdleDeactivatingGrain, IFusionGrain
{
    /// <inheritdoc/>
    public async Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken)
    {
        using var entry = admission.Enter(CallId.Current);
        using var deadline = new Deadline(request.Timeout, cancellationToken);
        return await host.FuseAsync(request, deadline);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FuseUpdate> StreamAsync(FuseRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var entry = admission.Enter(CallId.Current);
        using var deadline = new Deadline(request.Timeout, cancellationToken);
        await foreach (var update in host.FuseStreamingAsync(request, deadline))
        {
            yield return update;
        }
    }
}
