namespace LLMBlender.Client;

/// <summary>Sends a client's name with each of its grain calls.</summary>
internal sealed class ClientCallerFilter(string name) : IOutgoingGrainCallFilter
{
    /// <inheritdoc/>
    public Task Invoke(IOutgoingGrainCallContext context)
    {
        ClientCaller.Current = name;
        return context.Invoke();
    }
}
