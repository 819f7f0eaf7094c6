using LLMBlender.Client;

namespace LLMBlender.Silo.Calls;

/// <summary>See <see cref="IPingExtension"/>.</summary>
internal sealed class PingExtension(Admission admission) : IPingExtension
{
    /// <inheritdoc/>
    public Task<Guid[]> PingAsync(Guid[] calls) => Task.FromResult(admission.NotInside(calls));
}
