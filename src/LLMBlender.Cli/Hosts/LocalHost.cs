using LLMBlender.Abstractions;
using LLMBlender.Local;
using LLMBlender.Local.Panels;
using LLMBlender.Local.Telemetry;

namespace LLMBlender.Cli.Hosts;

/// <summary>Executes requests with models in this process.</summary>
/// <param name="models">The models; disposed with this instance.</param>
/// <param name="panels">The panels; their chat clients and scorers are disposed with this instance.</param>
/// <param name="title">A display name of the models.</param>
/// <param name="metrics">The measurements; disposed with this instance. Created by <see cref="CreateMetrics"/> before the models load.</param>
internal sealed class LocalHost(LocalModels models, PanelRegistry panels, string title, Task<BlendMetrics> metrics) : IBlenderHost
{
    private LocalBlender? blender;

    /// <inheritdoc/>
    public IBlender Blender => Local;

    /// <inheritdoc/>
    public string Title => title;

    /// <summary>The models.</summary>
    public LocalModels Models => models;

    private LocalBlender Local => blender ??= new LocalBlender(models, panels, metrics.GetAwaiter().GetResult());

    /// <inheritdoc/>
    public string? FuserOf(BlendRequest request) =>
        request.Fuser
        ?? (request.Candidates is null ? panels.Panels.FirstOrDefault(panel => request.Panel is null || panel.Name == request.Panel)?.Fuser : null)
        ?? models.Fusers.Names.First();

    /// <inheritdoc/>
    public Task RunAsync<TRecord, TResult>(
        IEnumerable<TRecord> records,
        Func<TRecord, long> weight,
        Func<IBlender, TRecord, CancellationToken, Task<TResult>> answer,
        Action<IReadOnlyList<TResult>> answered,
        Action<int> compared,
        CancellationToken cancellationToken) =>
        new RecordWindow(Local, compared).RunAsync(records, weight, answer, answered, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        models.Dispose();
        foreach (var backend in panels.Backends)
        {
            backend.Client.Dispose();
        }

        foreach (var scorer in panels.Scorers)
        {
            scorer.Dispose();
        }

        metrics.GetAwaiter().GetResult().Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Creates the measurements in parallel with the loading of models: compiling their code takes some 10 ms.</summary>
    public static Task<BlendMetrics> CreateMetrics() => Task.Run(static () => new BlendMetrics());
}
