using LLMBlender.Abstractions;
using LLMBlender.Core.Blending;
using LLMBlender.Core.Ranking;

namespace LLMBlender.Local.Comparing;

/// <summary>Compares one request's texts with a ranker in this process.</summary>
/// <param name="name">The ranker's name.</param>
/// <param name="ranker">The ranker.</param>
/// <param name="source">Instruction and input, concatenated without a separator.</param>
/// <param name="texts">The texts that pairs index.</param>
/// <param name="calls">Calls the ranker.</param>
internal sealed class RankerComparer(string name, IPairRanker ranker, string source, string[] texts, IModelCalls calls) : IPairComparer
{
    private IPairRecord? record;

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public RankerInfo? Info => ModelRankers.Describe(name, ranker);

    /// <inheritdoc/>
    public int Reused => 0;

    /// <inheritdoc/>
    public StepUsage Usage => default;

    /// <inheritdoc/>
    public Task<float[]> CompareAsync(CandidatePair[] pairs, CancellationToken cancellationToken) =>
        calls.CompareAsync(ranker, record ??= ranker.Encode(source, texts), pairs, cancellationToken);
}
