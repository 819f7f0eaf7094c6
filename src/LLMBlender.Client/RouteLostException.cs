namespace LLMBlender.Client;

/// <summary>The error of a lost call: its silo does not answer, or does not execute it. The caller can use another route.</summary>
public sealed class RouteLostException(GrainId route, Exception inner)
    : Exception($"the call of {route} is lost: its silo does not answer, or does not execute the call", inner);
