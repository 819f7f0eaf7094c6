namespace LLMBlender.Cluster.Tests;

/// <summary>How long the tests take: a short form by default, the full one with <c>LLMBLENDER_FAULTS=full</c>.</summary>
internal static class Form
{
    public static bool IsFull { get; } = Environment.GetEnvironmentVariable("LLMBLENDER_FAULTS") == "full";

    /// <summary>How often a fault is repeated.</summary>
    public static int Rounds => IsFull ? 10 : 1;

    /// <summary>Requests answered before and after a fault, so that the load is known to run on both sides of it.</summary>
    public static int Margin => IsFull ? 20 : 5;
}
