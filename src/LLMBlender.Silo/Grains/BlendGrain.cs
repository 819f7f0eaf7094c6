using System.Runtime.CompilerServices;
using LLMBlender.Abstractions;
using LLMBlender.Client;
using LLMBlender.Core.Blending;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;
using LLMBlender.Silo.Calls;
using LLMBlender.Silo.Placement;
using Orleans.Concurrency;
using Orleans.GrainDirectory;

namespace LLMBlender.Silo.Grains;

/// <summary>
/// See <see cref="IBlendGrain"/>: hosts <see cref="BlendWorkflow"/>. The panel's members are <see cref="BackendGrain"/>s, and
/// <see cref="IBlender"/> calls the cluster's ranking and fusion grains. Reentrant, because it only awaits.
/// </summary>
[Reentrant, NearPlacement, RoleFilter(SiloRoles.Blend), GrainDirectory(RuleDirectory.Name)]
internal sealed class BlendGrain(
    PanelRegistry panels, IBackendCaller caller, IBlender blender, ShadowRankings shadows, Admission admission, BlendMetrics metrics, TimeProvider timeProvider) : IdleDeactivatingGrain, IBlendGrain
{
    /// <inheritdoc/>
    public async Task<BlendResponse> BlendAsync(BlendRequest request, CancellationToken cancellationToken)
    {
        BlendResponse? response = null;
        await foreach (var update in RunAsync(request, isStreamed: false, cancellationToken))
        {
            response = update.Response;
        }

        return response!;
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<BlendUpdate> StreamAsync(BlendRequest request, CancellationToken cancellationToken) =>
        RunAsync(request, isStreamed: true, cancellationToken);

    /// <inheritdoc/>
    public Task<PanelInfo[]> PanelsAsync() => Task.FromResult(panels.Describe());

    private async IAsyncEnumerable<BlendUpdate> RunAsync(
        BlendRequest request, bool isStreamed, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        RequestRules.Check(request);
        using var entry = admission.Enter(CallId.Current);
        var (completed, panel) = panels.Resolve(request);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var deadline = new Deadline(completed.Timeout, stop.Token, timeProvider);
        panel = panel is null ? null : await panel.RoutedAsync(completed, deadline.Token);
        var members = panel is null ? null : new PanelFanOut(panel, completed, caller, panels, metrics.Panels, deadline, timeProvider, blender.BlendAsync);
        var workflow = new BlendWorkflow(members, blender, blender, timeProvider);
        try
        {
            await foreach (var update in new BlendActivity(workflow, panel?.Name, metrics.Blends).RunAsync(completed, isStreamed, deadline))
            {
                _ = update.Response is { } response ? shadows.Start(panel, completed, response) : null;
                yield return update;
            }
        }
        finally
        {
            // Disposing the enumerator cancels the work.
            await stop.CancelAsync();
        }
    }
}
