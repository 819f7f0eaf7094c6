namespace LLMBlender.Training.Data;

/// <summary>Agreement of a ranker's scores with a judge's.</summary>
internal static class ScoreAgreement
{
    /// <summary>1 for the highest score; equal scores share the mean of their ranks.</summary>
    public static double Rank(double[] scores, int index) =>
        1 + scores.Count(s => s > scores[index]) + (scores.Count(s => s == scores[index]) - 1) / 2.0;

    /// <summary>Pairs that the ranker orders as the judge does (a tie counts half) and pairs that the judge orders at all.</summary>
    /// <param name="judge">The judge's scores.</param>
    /// <param name="ranker">The ranker's scores.</param>
    /// <param name="counts">Whether a pair counts; null for all.</param>
    public static (double Agreeing, double Ordered) Agreement(double[] judge, double[] ranker, Func<int, int, bool>? counts = null)
    {
        double agreeing = 0;
        int ordered = 0;
        for (int i = 0; i < judge.Length; i++)
        {
            for (int j = i + 1; j < judge.Length; j++)
            {
                int wanted = judge[i].CompareTo(judge[j]);
                if (wanted != 0 && counts?.Invoke(i, j) != false)
                {
                    int found = ranker[i].CompareTo(ranker[j]);
                    agreeing += found == 0 ? 0.5 : Math.Sign(found) == Math.Sign(wanted) ? 1 : 0;
                    ordered++;
                }
            }
        }

        return (agreeing, ordered);
    }
}
