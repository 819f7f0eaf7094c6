using Microsoft.Extensions.AI;

namespace LLMBlender.Silo.Backends;

/// <summary>A model that can be asked for candidates.</summary>
/// <param name="Name">What panels call it.</param>
/// <param name="Client">How it is asked. Disposed with the silo.</param>
public sealed record Backend(string Name, IChatClient Client);
