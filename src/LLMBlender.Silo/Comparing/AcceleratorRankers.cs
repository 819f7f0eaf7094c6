using LLMBlender.Inference.Sessions;

namespace LLMBlender.Silo.Comparing;

/// <summary>One accelerator and the rankers loaded on it.</summary>
/// <param name="Name">The worker's name: the device, such as <c>cpu</c> or <c>cuda:0</c>, and from the second worker of a device its number, <c>cuda:0/2</c>.</param>
/// <param name="Rankers">The rankers; the same in the same order on all accelerators of the silo.</param>
internal sealed record AcceleratorRankers(string Name, IReadOnlyList<LoadedRanker> Rankers)
{
    /// <summary>The device; null if the rankers are not models.</summary>
    public Accelerator? Device { get; init; }
}
