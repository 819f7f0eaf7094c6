namespace LLMBlender.Abstractions;

/// <summary>How the cluster is at the moment, for people. Safe for concurrent use.</summary>
public interface IClusterStatus
{
    /// <summary>A report of every member, by address. Members are called at most once a second, for any number of callers.</summary>
    Task<IReadOnlyList<SiloReport>> ReadAsync(CancellationToken cancellationToken = default);
}
