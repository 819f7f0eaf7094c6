namespace LLMBlender.Silo.Caching;

/// <summary>A cache of comparisons that a cluster shares. Never authoritative: it may forget anything, and it never throws.</summary>
internal interface IComparisonStore
{
    /// <summary>Looks logits up.</summary>
    /// <param name="keys">What to look for.</param>
    /// <param name="logits">Receives what is found; the others are left as they are.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <returns>How many were found.</returns>
    ValueTask<int> ReadAsync(ReadOnlyMemory<ComparisonKey> keys, Memory<float> logits, CancellationToken cancellationToken);

    /// <summary>Hands logits over to be kept; returns at once.</summary>
    void Write(ReadOnlySpan<ComparisonKey> keys, ReadOnlySpan<float> logits);
}

/// <summary>No shared cache: a cluster of one needs none.</summary>
internal sealed class NoStore : IComparisonStore
{
    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(ReadOnlyMemory<ComparisonKey> keys, Memory<float> logits, CancellationToken cancellationToken) => new(0);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<ComparisonKey> keys, ReadOnlySpan<float> logits)
    {
    }
}
