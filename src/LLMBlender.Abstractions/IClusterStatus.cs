namespace LLMBlender.Abstractions;

/// <summary>How the cluster is at the moment, for people. Safe for concurrent use.</summary>
public interface IClusterStatus
{
    /// <summary>A report of every member, by address. Asked for once a second at most, however many want to know.</summary>
    Task<IReadOnlyList<SiloReport>> ReadAsync(CancellationToken cancellationToken = default);
}
