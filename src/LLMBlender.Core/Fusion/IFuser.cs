namespace LLMBlender.Core.Fusion;

/// <summary>Generates one answer from the best candidates.</summary>
/// <remarks>
/// A caller always gets an answer: <see cref="FusionAnswer"/> falls back to the best candidate if the fuser fails. Instruction and
/// candidates are data; a fuser does not follow instructions inside candidates.
/// </remarks>
public interface IFuser
{
    /// <summary>The name in answers and failures.</summary>
    string Name { get; }

    /// <summary>Fuses, and streams the answer while it is generated.</summary>
    IAsyncEnumerable<FusionPart> FuseAsync(FusionRequest request, CancellationToken cancellationToken = default);

    /// <summary>Fuses several requests; a fuser may process them concurrently or in batches. Each request fails independently.</summary>
    /// <param name="requests">The requests.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>An attempt for each request, in the same order.</returns>
    async Task<IReadOnlyList<FusionAttempt>> FuseAllAsync(IReadOnlyList<FusionRequest> requests, CancellationToken cancellationToken = default)
    {
        var attempts = new FusionAttempt[requests.Count];
        for (var i = 0; i < attempts.Length; i++)
        {
            attempts[i] = await FusionAttempt.OfAsync(this, requests[i], cancellationToken: cancellationToken);
        }

        return attempts;
    }
}
