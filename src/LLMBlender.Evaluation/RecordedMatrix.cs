using LLMBlender.Core.Ranking;

namespace LLMBlender.Evaluation;

/// <summary>Rankings out of logits that are known already.</summary>
internal static class RecordedMatrix
{
    /// <summary>What an engine makes of them; it is told only what it asks for.</summary>
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

    /// <summary>The matrix of the candidates in reverse.</summary>
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

    /// <summary>The matrix as it were if only pairs in the candidates' own order had been compared, each verdict taken for both orders.</summary>
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
