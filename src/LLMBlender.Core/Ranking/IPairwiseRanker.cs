namespace LLMBlender.Core.Ranking;

/// <summary>A ranker that looks at two candidates at a time, so that who stands first may sway it.</summary>
public interface IPairwiseRanker : ICandidateRanker
{
    /// <summary>Compares every ordered pair.</summary>
    /// <param name="source">Instruction and input.</param>
    /// <param name="candidates">The texts to compare.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <returns>M[i,j], above 0 where i, standing first, is better; 0 on the diagonal.</returns>
    Task<float[,]> CompareAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default);
}
