using LLMBlender.Local.Backends;
using LLMBlender.Local.Panels;
using LLMBlender.Silo.Placement;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>
/// See <see cref="IBackendGrain"/>: hosts <see cref="BackendCaller"/>. Each silo that blends has a grain for each backend, so that
/// backends do not depend on one silo. Reentrant, so that calls run concurrently.
/// </summary>
[Reentrant, NearPlacement, RoleFilter(SiloRoles.Blend), GrainDirectory(RuleDirectory.Name)]
internal sealed class BackendGrain(BackendCaller caller) : IdleDeactivatingGrain, IBackendGrain
{
    /// <inheritdoc/>
    public Task<BackendReply> AskAsync(BackendRequest request, CancellationToken cancellationToken) =>
        caller.AskAsync(this.GetPrimaryKeyString(), request, cancellationToken);

    /// <inheritdoc/>
    public IAsyncEnumerable<BackendUpdate> StreamAsync(BackendRequest request, CancellationToken cancellationToken) =>
        caller.StreamAsync(this.GetPrimaryKeyString(), request, cancellationToken);
}
