namespace LLMBlender.Client;

/// <summary>Shows callers whether a grain's silo answers, and which calls it works on. Every grain of the cluster has it.</summary>
[Alias("LLMBlender.IPingExtension")]
public interface IPingExtension : IGrainExtension
{
    /// <summary>Answers at once.</summary>
    /// <param name="calls">Ids of calls that the caller waits for; see <see cref="CallId"/>.</param>
    /// <returns>Those of them that the silo does not work on: not received, lost, or answered.</returns>
    [Alias("Ping")]
    Task<Guid[]> PingAsync(Guid[] calls);
}
