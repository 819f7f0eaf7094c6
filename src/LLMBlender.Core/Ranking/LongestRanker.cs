namespace LLMBlender.Core.Ranking;

/// <summary>The length baseline: the longer text is better, in UTF-16 code units.</summary>
public sealed class LongestRanker : ICandidateRanker
{
    /// <inheritdoc/>
    public string Name => "longest";

    /// <inheritdoc/>
    public Task<double[]> ScoreAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default) =>
        Task.FromResult(candidates.Select(static candidate => (double)candidate.Length).ToArray());
}
