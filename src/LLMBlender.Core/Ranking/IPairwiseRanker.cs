namespace LLMBlender.Core.Ranking;

/// <summary>A ranker that compares two candidates at a time, and can therefore have position bias.</summary>
public interface IPairwiseRanker : ICandidateRanker
{
    /// <summary>Compares every ordered pair.</summary>
    /// <param name="source">Instruction and input.</param>
    /// <param name="candidates">The texts to compare.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>M[i,j], above 0 if i, in first position, is better; 0 on the diagonal.</returns>
    Task<float[,]> CompareAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default);
}
