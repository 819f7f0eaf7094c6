using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Silo.Hosting;
using LLMBlender.Silo.Placement;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>See <see cref="IFusionGrain"/>. Reentrant, for it only waits for the fuser.</summary>
[Reentrant, NearPlacement, RoleFilter(SiloRoles.Fuse), GrainDirectory(RuleDirectory.Name)]
internal sealed class FusionGrain(Admission admission) : Grain, IFusionGrain
{
    /// <inheritdoc/>
    public Task<FusionResponse> FuseAsync(FusionRequest request, CancellationToken cancellation)
    {
        Check(request);
        using var entry = admission.Enter();
        return Task.FromResult(new FusionResponse(request.Candidates[0].Text, [0], 0, 0));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FusionUpdate> StreamAsync(
        FusionRequest request, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var response = await FuseAsync(request, cancellation);
        yield return new FusionUpdate(response.Answer, null);
        yield return new FusionUpdate("", response);
    }

    /// <inheritdoc/>
    public Task PulseAsync() => Task.CompletedTask;

    private static void Check(FusionRequest request)
    {
        RequestRules.CheckSource(request.Instruction, request.Input);
        RequestRules.CheckCandidates(request.Candidates);
        RequestRules.CheckTopK(request.TopK);
    }
}
