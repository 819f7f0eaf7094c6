using System.Security.Cryptography;
using System.Text;

namespace LLMBlender.Core.Ranking;

/// <summary>The random baseline: an order determined only by seed and source.</summary>
/// <param name="seed">Any number.</param>
public sealed class RandomRanker(ulong seed) : ICandidateRanker
{
    /// <inheritdoc/>
    public string Name => "random";

    /// <inheritdoc/>
    public Task<double[]> ScoreAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default)
    {
        var hash = BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(source)));
        var order = Permutation.Shuffled(candidates.Count, seed ^ hash);
        return Task.FromResult(Array.ConvertAll(order, static place => (double)place));
    }
}
