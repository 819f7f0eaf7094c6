using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Silo;

/// <summary>
/// A grain that deactivates itself when it has not been called for a while, by elapsed time. Orleans' own collection schedules by the system's time, and refuses every activation for as
/// long as the clock was set back, so grains of this kind are exempt from it.
/// </summary>
[KeepAlive]
internal abstract class IdleDeactivatingGrain : Grain, IIncomingGrainCallFilter
{
    /// <summary>How long a grain stays without calls; Orleans' default.</summary>
    internal static readonly TimeSpan MaxIdle = TimeSpan.FromMinutes(15);

    private IdleTime? idle;

    /// <inheritdoc/>
    public override Task OnActivateAsync(CancellationToken cancellationToken)
    {
        idle = new IdleTime(ServiceProvider.GetRequiredService<TimeProvider>());
        this.RegisterGrainTimer(
            static (grain, _) => grain.DeactivateIfIdle(), this, new GrainTimerCreationOptions(MaxIdle, MaxIdle) { Interleave = true, KeepAlive = false });
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task Invoke(IIncomingGrainCallContext context)
    {
        idle!.Enter();
        try
        {
            await context.Invoke();
        }
        finally
        {
            idle.Leave();
        }
    }

    private Task DeactivateIfIdle()
    {
        if (idle!.IsOver(MaxIdle))
        {
            DeactivateOnIdle();
        }

        return Task.CompletedTask;
    }
}
