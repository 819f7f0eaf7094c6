namespace LLMBlender.Core.Ranking;

/// <summary>The baseline that any judge is suspected of: the longer text is better, in UTF-16 units.</summary>
public sealed class LongestRanker : ICandidateRanker
{
    /// <inheritdoc/>
    public string Name => "longest";

    /// <inheritdoc/>
    public Task<double[]> ScoreAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default) =>
        Task.FromResult(candidates.Select(static candidate => (double)candidate.Length).ToArray());
}
