using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;
using LLMBlender.Local.Comparing;

namespace LLMBlender.Silo.Caching;

/// <summary>An <see cref="IPairComparer"/> that compares with a loaded ranker through <see cref="ComparisonCache"/>.</summary>
internal sealed class CachedComparer(ComparisonCache cache, RankerIdentity ranker, string source, string[] texts, Deadline deadline) : IPairComparer
{
    private readonly ComparisonKeys keys = new(ranker, source, texts);

    /// <inheritdoc/>
    public string Name => ranker.Name;

    /// <inheritdoc/>
    public RankerInfo? Info => ranker.Info;

    /// <inheritdoc/>
    public int Reused { get; private set; }

    /// <inheritdoc/>
    public StepUsage Usage => default;

    /// <inheritdoc/>
    public async Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken)
    {
        var (logits, reused) = await cache.CompareAsync(ranker, source, texts, keys, pairs, deadline);
        Reused += reused;
        return logits;
    }
}
