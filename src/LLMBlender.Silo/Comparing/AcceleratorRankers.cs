namespace LLMBlender.Silo.Comparing;

/// <summary>One accelerator and the rankers loaded on it.</summary>
/// <param name="Name">What it is: <c>cpu</c>, <c>cuda:0</c>.</param>
/// <param name="Rankers">The same rankers, in the same order, as on every other accelerator of the silo.</param>
internal sealed record AcceleratorRankers(string Name, IReadOnlyList<LoadedRanker> Rankers);
