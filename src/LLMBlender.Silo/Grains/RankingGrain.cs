using System.Diagnostics;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Judging;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Caching;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Dispatch;
using LLMBlender.Silo.Placement;
using Microsoft.Extensions.Logging;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>
/// See <see cref="IRankingGrain"/>: hosts <see cref="RankingWorkflow"/> and <see cref="ComparisonWorkflow"/>. Reentrant, because it only awaits.
/// </summary>
[Reentrant, HomePlacement, RoleFilter(SiloRoles.Blend), GrainDirectory(RuleDirectory.Name)]
internal sealed class RankingGrain(
    ComparisonCache cache, WorkerRoster roster, ShardDispatcher dispatcher, PanelRegistry panels, Admission admission, BlendMetrics metrics, ILogger<RankingGrain> logger)
    : IdleDeactivatingGrain, IRankingGrain
{
    // With more candidates, the engine computes for a noticeable time between two rounds, and leaves the grain's scheduler for it.
    private const int MaxCandidatesOnScheduler = 128;

    /// <inheritdoc/>
    public async Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken)
    {
        RequestRules.CheckPairs(request);
        var workflow = request.Candidates.Length <= MaxCandidatesOnScheduler
            ? RankingWorkflow.Create(request)
            : await Task.Run(() => RankingWorkflow.Create(request), cancellationToken);
        using var entry = admission.Enter(CallId.Current);
        using var waiting = new WorkerWait(dispatcher, request.MaxWait, cancellationToken);
        using var deadline = new Deadline(request.Timeout, waiting.Token);
        using var activity = new RankingActivity(workflow, request, metrics, logger);
        try
        {
            return activity.End(await waiting.RunAsync(async () =>
            {
                var comparer = workflow.IsSettled && roster.Count == 0
                    ? FindConfigured(request.Ranker, request.Instruction, request.Input, workflow.Texts, deadline, request.Judging) ?? new NoComparer(request.Ranker)
                    : await FindAsync(request.Ranker, request.Instruction, request.Input, workflow.Texts, deadline, request.Judging);
                var prior = request.Prior is { } named && workflow.UsesPrior
                    ? await FindAsync(named, request.Instruction, request.Input, workflow.Texts, deadline, rules: null)
                    : null;
                return request.Candidates.Length <= MaxCandidatesOnScheduler
                    ? await workflow.RunAsync(comparer, deadline.Token, prior)
                    : await Task.Run(() => workflow.RunAsync(comparer, deadline.Token, prior));
            }));
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
        using var waiting = new WorkerWait(dispatcher, request.MaxWait, cancellationToken);
        using var deadline = new Deadline(request.Timeout, waiting.Token);
        var start = Stopwatch.GetTimestamp();
        var response = await waiting.RunAsync(async () =>
        {
            var comparer = await FindAsync(request.Ranker, request.Instruction, request.Input, ComparisonWorkflow.Texts(request), deadline, request.Judging);
            return await ComparisonWorkflow.RunAsync(request, comparer, deadline.Token);
        });
        metrics.Rankings.Compared(request.Order, Stopwatch.GetElapsedTime(start).TotalSeconds);
        return response;
    }

    private IPairComparer? FindConfigured(string? name, string instruction, string? input, string[] texts, Deadline deadline, JudgeRules? rules) =>
        ConfiguredComparer.Find(panels, name, instruction, input, texts, metrics, deadline, rules);

    private async Task<IPairComparer> FindAsync(string? name, string instruction, string? input, string[] texts, Deadline deadline, JudgeRules? rules) =>
        FindConfigured(name, instruction, input, texts, deadline, rules)
            ?? new CachedComparer(cache, await roster.FindAsync(name, deadline), instruction + input, texts, deadline);

    // The comparer of a single candidate while no silo compares.
    private sealed class NoComparer(string? ranker) : IPairComparer
    {
        public string Name => ranker ?? "";

        public RankerInfo? Info => null;

        public int Reused => 0;

        public StepUsage Usage => default;

        public Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken) =>
            throw new InvalidOperationException("a single candidate has no pairs");
    }
}
