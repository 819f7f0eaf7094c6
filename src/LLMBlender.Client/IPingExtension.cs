namespace LLMBlender.Client;

/// <summary>A grain extension that reports which calls a silo executes; every grain of the cluster has it.</summary>
[Alias("LLMBlender.IPingExtension")]
public interface IPingExtension : IGrainExtension
{
    /// <summary>Pings a grain's silo. The answer is immediate.</summary>
    /// <param name="calls">The ids of the caller's pending calls; see <see cref="CallId"/>.</param>
    /// <returns>The ids that the silo does not execute: not received, lost or completed.</returns>
    [Alias("Ping")]
    Task<Guid[]> PingAsync(Guid[] calls);
}
