using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation;

/// <summary>Computes rankings from recorded logits.</summary>
internal static class RecordedMatrix
{
    /// <summary>Ranks with an engine, which receives only the logits of the pairs that it requests.</summary>
    public static CandidateRanking Rank(RankingEngine engine, float[,] matrix)
    {
        while (!engine.IsSettled)
        {
            foreach (var pair in engine.NextPairs())
            {
                engine.Record(pair, matrix[pair.First, pair.Second]);
            }
        }

        return engine.Rank();
    }

    /// <summary>The matrix with the candidates in reverse order.</summary>
    public static float[,] Reversed(float[,] matrix)
    {
        var n = matrix.GetLength(0);
        var reversed = new float[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < n; j++)
            {
                reversed[i, j] = matrix[n - 1 - i, n - 1 - j];
            }
        }

        return reversed;
    }

    /// <summary>
    /// The matrix that results if each pair is compared only in the candidates' order and the negated logit is used for the
    /// other order.
    /// </summary>
    public static float[,] OneOrder(float[,] matrix)
    {
        var n = matrix.GetLength(0);
        var half = new float[n, n];
        for (var i = 0; i < n; i++)
        {
            for (var j = i + 1; j < n; j++)
            {
                (half[i, j], half[j, i]) = (matrix[i, j], -matrix[i, j]);
            }
        }

        return half;
    }
}
