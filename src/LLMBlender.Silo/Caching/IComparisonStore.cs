namespace LLMBlender.Silo.Caching;

/// <summary>A cluster's shared cache of comparisons. It may lose any entry, and never throws.</summary>
internal interface IComparisonStore
{
    /// <summary>Looks up logits.</summary>
    /// <param name="keys">The keys of the comparisons.</param>
    /// <param name="logits">Receives the logits that are found; other entries are not changed.</param>
    /// <param name="cancellationToken">The request's token.</param>
    /// <returns>The number of logits found.</returns>
    ValueTask<int> ReadAsync(ReadOnlyMemory<ComparisonKey> keys, Memory<float> logits, CancellationToken cancellationToken);

    /// <summary>Queues logits to be written, and returns immediately.</summary>
    void Write(ReadOnlySpan<ComparisonKey> keys, ReadOnlySpan<float> logits);
}

/// <summary>A store without entries, for a cluster of one silo.</summary>
internal sealed class NoStore : IComparisonStore
{
    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(ReadOnlyMemory<ComparisonKey> keys, Memory<float> logits, CancellationToken cancellationToken) => new(0);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<ComparisonKey> keys, ReadOnlySpan<float> logits)
    {
    }
}
