namespace LLMBlender.Client;

/// <summary>The silo of a route stopped answering. The caller can take another route.</summary>
public sealed class RouteLostException(GrainId route, Exception inner) : Exception($"lost the route to {route}", inner);
