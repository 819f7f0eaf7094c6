using LLMBlender.Client;
using Orleans.Concurrency;

namespace LLMBlender.Silo.Placement;

/// <summary>See <see cref="IRouteGenerationGrain"/>: answers on the silo that a client is connected to.</summary>
[StatelessWorker(1), Reentrant]
internal sealed class RouteGenerationGrain(IRouteGeneration generation) : IdleDeactivatingGrain, IRouteGenerationGrain
{
    /// <inheritdoc/>
    public Task<string> ReadAsync() => Task.FromResult(generation.Current);
}
