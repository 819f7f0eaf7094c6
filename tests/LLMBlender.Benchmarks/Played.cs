using LLMBlender.Core.Ranking;

namespace LLMBlender.Benchmarks;

/// <summary>What an aggregation found on a recorded matrix.</summary>
/// <param name="Best">Its best candidate.</param>
/// <param name="Three">Its best three.</param>
/// <param name="Comparisons">How many logits it asked for.</param>
/// <param name="Rounds">How often it waited for some.</param>
internal sealed record Played(int Best, int[] Three, int Comparisons, int Rounds)
{
    /// <summary>Answers an aggregation from a matrix until it is settled.</summary>
    public static Played By(RankingEngine engine, float[][] matrix)
    {
        while (!engine.IsSettled)
        {
            foreach (var pair in engine.NextPairs())
            {
                engine.Record(pair, matrix[pair.First][pair.Second]);
            }
        }

        var ranking = engine.Rank();
        return new(ranking.Best, ranking.TopK(3).ToArray(), ranking.Comparisons, ranking.Rounds);
    }
}
