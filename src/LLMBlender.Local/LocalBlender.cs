using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Comparing;
using LLMBlender.Local.Fusion;
using LLMBlender.Local.Judging;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LLMBlender.Local;

/// <summary>
/// Blends, ranks, compares and fuses in this process, with the same workflows as a cluster's grains, over loaded models and chat
/// models. Concurrent requests share calls of the rankers. The caller disposes models and panels.
/// </summary>
public sealed class LocalBlender : IBlender
{
    private readonly LocalModels models;
    private readonly PanelRegistry panels;
    private readonly BlendMetrics metrics;
    private readonly TimeProvider timeProvider;
    private readonly ILogger logger;
    private readonly BackendCaller caller;
    private readonly IModelCalls calls;
    private readonly FusionHost fusion;
    private readonly bool isUnlimited;
    private readonly ShadowRankings shadows;

    /// <param name="models">The rankers and fusers.</param>
    /// <param name="panels">The panels and chat models; chat models can also rank and fuse, and scorers rank.</param>
    /// <param name="metrics">Counts requests.</param>
    /// <param name="loggers">Logs failures of chat models and priors; null for no logging.</param>
    /// <param name="timeProvider">Measures time; null for the system's clock.</param>
    public LocalBlender(
        LocalModels models, PanelRegistry panels, BlendMetrics metrics, ILoggerFactory? loggers = null, TimeProvider? timeProvider = null)
    {
        (this.models, this.panels, this.metrics) = (models, panels, metrics);
        panels.ShowsServerMessages = true;
        this.timeProvider = timeProvider ?? TimeProvider.System;
        loggers ??= NullLoggerFactory.Instance;
        logger = loggers.CreateLogger<LocalBlender>();
        caller = new BackendCaller(panels, metrics, loggers.CreateLogger<BackendCaller>());
        calls = new ComparisonQueue();
        shadows = new ShadowRankings(this, metrics.Panels);
        fusion = new FusionHost(models.Fusers, panels, metrics, calls.Share);
    }

    private LocalBlender(LocalBlender shared, IModelCalls calls)
    {
        (models, panels, metrics, timeProvider, caller, logger) = (shared.models, shared.panels, shared.metrics, shared.timeProvider, shared.caller, shared.logger);
        (this.calls, isUnlimited, shadows) = (calls, true, shared.shadows);
        fusion = new FusionHost(models.Fusers, panels, metrics, calls.Share);
    }

    /// <inheritdoc/>
    public async Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken = default)
    {
        BlendResponse? response = null;
        await foreach (var update in BlendAsync(request, isStreamed: false, cancellationToken))
        {
            response = update.Response;
        }

        return response!;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<BlendUpdate> BlendStreamingAsync(BlendRequest request, CancellationToken cancellationToken = default) =>
        BlendAsync(request, isStreamed: true, cancellationToken);

    /// <inheritdoc/>
    public async Task<RankingResponse> RankAsync(RankingRequest request, CancellationToken cancellationToken = default)
    {
        var workflow = RankingWorkflow.Create(request);
        using var deadline = Limit(request.Timeout, cancellationToken);
        using var activity = new RankingActivity(workflow, request, metrics, logger);
        try
        {
            var comparer = Comparer(request.Ranker, request.Instruction, request.Input, workflow.Texts, deadline, request.Judging);
            var prior = request.Prior is { } named && workflow.UsesPrior ? Comparer(named, request.Instruction, request.Input, workflow.Texts, deadline, null) : null;
            return activity.End(await RunAsync(() => workflow.RunAsync(comparer, deadline.Token, prior), BlendWorkflow.Rank, deadline, comparer.Name));
        }
        catch (Exception e)
        {
            activity.Fail(e);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<CompareResponse> CompareAsync(CompareRequest request, CancellationToken cancellationToken = default)
    {
        ComparisonWorkflow.Check(request);
        using var deadline = Limit(request.Timeout, cancellationToken);
        var comparer = Comparer(request.Ranker, request.Instruction, request.Input, ComparisonWorkflow.Texts(request), deadline, request.Judging);
        var start = timeProvider.GetTimestamp();
        var response = await RunAsync(
            () => ComparisonWorkflow.RunAsync(request, comparer, deadline.Token), BlendWorkflow.Rank, deadline, comparer.Name);
        metrics.Rankings.Compared(request.Order, timeProvider.GetElapsedTime(start).TotalSeconds);
        return response;
    }

    /// <inheritdoc/>
    public async Task<FuseResponse> FuseAsync(FuseRequest request, CancellationToken cancellationToken = default)
    {
        using var deadline = Limit(request.Timeout, cancellationToken);
        return await fusion.FuseAsync(Complete(request), deadline);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<FuseUpdate> FuseStreamingAsync(
        FuseRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var deadline = Limit(request.Timeout, cancellationToken);
        await foreach (var update in fusion.FuseStreamingAsync(Complete(request), deadline))
        {
            yield return update;
        }
    }

    /// <inheritdoc/>
    public Task<PanelInfo[]> GetPanelsAsync(CancellationToken cancellationToken = default) => Task.FromResult(panels.Describe());

    /// <summary>Returns this blender for a record of a <see cref="RecordWindow"/>: without deadlines, with calls through the record's slot.</summary>
    internal LocalBlender In(IModelCalls slot) => new(this, slot);

    private async IAsyncEnumerable<BlendUpdate> BlendAsync(
        BlendRequest request, bool isStreamed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RequestRules.Check(request);
        var (completed, panel) = panels.Resolve(request);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var deadline = Limit(completed.Timeout, stop.Token);
        using var panelDeadline = new Deadline(completed.Timeout, stop.Token, timeProvider);
        panel = panel is null ? null : await panel.RoutedAsync(completed, deadline.Token);
        var source = panel is null ? null : new PanelFanOut(panel, completed, caller, panels, metrics.Panels, panelDeadline, timeProvider, BlendAsync);
        var workflow = new BlendWorkflow(source, this, this, timeProvider);
        try
        {
            await using var updates = new BlendActivity(workflow, panel?.Name, metrics.Blends).RunAsync(completed, isStreamed, deadline).GetAsyncEnumerator(CancellationToken.None);
            while (await RunAsync(() => updates.MoveNextAsync().AsTask(), "blend", deadline, "the blend"))
            {
                // A record of a file is not traffic.
                _ = !isUnlimited && updates.Current.Response is { } response ? shadows.Start(panel, completed, response) : null;
                yield return updates.Current;
            }
        }
        finally
        {
            // Disposing the enumerator cancels the work.
            await stop.CancelAsync();
        }
    }

    private static async Task<T> RunAsync<T>(Func<Task<T>> work, string step, Deadline deadline, string what)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (deadline.IsPassed)
        {
            throw BlendException.TimedOut(step, deadline.Timeout, $"{what} had not finished");
        }
    }

    private Deadline Limit(TimeSpan timeout, CancellationToken cancellationToken) =>
        isUnlimited ? Deadline.Unlimited(cancellationToken) : new Deadline(timeout, cancellationToken, timeProvider);

    private IPairComparer Comparer(string? name, string instruction, string? input, string[] texts, Deadline deadline, JudgeRules? rules)
    {
        name ??= models.DefaultRanker;
        if (ConfiguredComparer.Find(panels, name, instruction, input, texts, metrics, deadline, rules) is { } comparer)
        {
            return comparer;
        }

        var (known, ranker) = models.FindRanker(name);
        return new RankerComparer(known, ranker, instruction + input, texts, calls);
    }

    private FuseRequest Complete(FuseRequest request) =>
        request.Fuser is null && models.DefaultFuser is { } fuser ? request with { Fuser = fuser } : request;
}
