using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Judging;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Caching;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Dispatch;
using LLMBlender.Silo.Placement;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>
/// See <see cref="IRankingGrain"/>: hosts <see cref="RankingWorkflow"/> and <see cref="ComparisonWorkflow"/>. Reentrant, because it only awaits.
/// </summary>
[Reentrant, HomePlacement, RoleFilter(SiloRoles.Blend), GrainDirectory(RuleDirectory.Name)]
internal sealed class RankingGrain(
    ComparisonCache cache, WorkerRoster roster, PanelRegistry panels, Admission admission, BlendMetrics metrics) : Grain, IRankingGrain
{
    /// <inheritdoc/>
    public async Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken)
    {
        var workflow = RankingWorkflow.Create(request);
        using var entry = admission.Enter(CallId.Current);
        using var deadline = new Deadline(request.Timeout, cancellationToken);
        using var activity = new RankingActivity(workflow, request.Candidates.Length, metrics.Rankings);
        try
        {
            var comparer = await FindAsync(request.Ranker, request.Instruction, request.Input, workflow.Texts, deadline);
            return activity.End(await workflow.RunAsync(comparer, deadline.Token));
        }
        catch (Exception e)
        {
            activity.Fail(e);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken)
    {
        ComparisonWorkflow.Check(request);
        using var entry = admission.Enter(CallId.Current);
        using var deadline = new Deadline(request.Timeout, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var comparer = await FindAsync(request.Ranker, request.Instruction, request.Input, ComparisonWorkflow.Texts(request), deadline);
        var response = await ComparisonWorkflow.RunAsync(request, comparer, deadline.Token);
        metrics.Rankings.Compared(request.Order, Stopwatch.GetElapsedTime(start).TotalSeconds);
        return response;
    }

    private async Task<IPairComparer> FindAsync(string? name, string instruction, string? input, string[] texts, Deadline deadline) =>
        ConfiguredComparer.Find(panels, name, instruction, input, texts, metrics, deadline)
            ?? new CachedComparer(cache, await roster.FindAsync(name, deadline), instruction + input, texts, deadline);
}
