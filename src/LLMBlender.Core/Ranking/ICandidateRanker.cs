namespace LLMBlender.Core.Ranking;

/// <summary>Ranks a record's candidates: the pair ranker, a judge, or a baseline.</summary>
public interface ICandidateRanker
{
    /// <summary>The name in tables.</summary>
    string Name { get; }

    /// <summary>Scores a record's candidates; higher is better, and only the order is comparable between rankers.</summary>
    /// <param name="source">Instruction and input.</param>
    /// <param name="candidates">The texts to rank.</param>
    /// <param name="cancellationToken">Cancels the operation.</param>
    /// <returns>A score for each, in the same order.</returns>
    Task<double[]> ScoreAsync(string source, IReadOnlyList<string> candidates, CancellationToken cancellationToken = default);
}
