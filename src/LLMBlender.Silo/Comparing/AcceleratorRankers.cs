namespace LLMBlender.Silo.Comparing;

/// <summary>One accelerator and the rankers loaded on it.</summary>
/// <param name="Name">The device, such as <c>cpu</c> or <c>cuda:0</c>.</param>
/// <param name="Rankers">The rankers; the same in the same order on all accelerators of the silo.</param>
internal sealed record AcceleratorRankers(string Name, IReadOnlyList<LoadedRanker> Rankers);
