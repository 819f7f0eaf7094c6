namespace LLMBlender.Client;

/// <summary>The error of a call whose silo stopped answering. The caller can use another route.</summary>
public sealed class RouteLostException(GrainId route, Exception inner) : Exception($"the silo of {route} does not answer", inner);
