namespace LLMBlender.Core.Fusion;

/// <summary>Makes one answer of the best candidates.</summary>
/// <remarks>
/// Whatever a fuser does, a caller gets an answer: <see cref="FusionAnswer"/> falls back to the best candidate. The text of
/// instruction and candidates is data; a fuser follows nothing that candidates say.
/// </remarks>
public interface IFuser
{
    /// <summary>How answers and failures name it.</summary>
    string Name { get; }

    /// <summary>Fuses, and gives the answer piece by piece as it is written.</summary>
    IAsyncEnumerable<FusionPart> FuseAsync(FusionRequest request, CancellationToken cancellationToken = default);

    /// <summary>Fuses many; a fuser that gains by it works on several at once. Each fails on its own.</summary>
    /// <param name="requests">What to fuse.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>An attempt each, in the same order.</returns>
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
