namespace LLMBlender.Abstractions;

/// <summary>The current state of the cluster. Thread-safe.</summary>
public interface IClusterStatus
{
    /// <summary>Returns a report of each silo, sorted by address. Silos are called at most once a second, for any number of callers.</summary>
    Task<IReadOnlyList<SiloReport>> ReadAsync(CancellationToken cancellationToken = default);
}
