using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Evaluation;

/// <summary>
/// Ranks candidate sets by MaxLogits over the full matrix in both orders, s_i = Σ_j (M[i,j] − M[j,i]) / N, and compares with a judge's
/// scores, beside the rule "the longest one".
/// </summary>
internal static class CandidateSetEvaluation
{
    /// <summary>Evaluates sets.</summary>
    /// <param name="data">Name of the data in the findings.</param>
    /// <param name="sets">Sets; candidates without the judge's score are left out, and so are sets with fewer than two left.</param>
    /// <param name="score">The judge's score, higher is better.</param>
    /// <param name="lexicon">Tokenises them.</param>
    /// <param name="scorer">Scores their pairs.</param>
    public static IEnumerable<Finding> Run(
        string data, IEnumerable<CandidateSetRecord> sets, string score, Lexicon lexicon, PairScorer scorer)
    {
        var outcomes = new List<Outcome>();
        foreach (CandidateSetRecord set in sets)
        {
            CandidateRecord[] judged = [.. set.Candidates.Where(candidate => candidate.Scores.ContainsKey(score))];
            if (judged.Length < 2)
            {
                continue;
            }

            double[] judge = [.. judged.Select(candidate => candidate.Scores[score])];
            double[] ranker = MaxLogits(lexicon.Encode(set.Prompt), [.. judged.Select(c => lexicon.Encode(c.Text))], scorer);
            double[] length = [.. judged.Select(candidate => (double)candidate.Text.Length)];
            outcomes.Add(new Outcome(judge, ranker, length));
        }

        if (outcomes.Count == 0)
        {
            throw new DataException($"{data}: no set has two candidates with the score {score}");
        }

        return Findings(data, outcomes);
    }

    private static List<Finding> Findings(string data, List<Outcome> outcomes)
    {
        Finding Of(string metric, Func<Outcome, (double, double)> part) =>
            new(data, "all", metric, Estimate.Bootstrap([.. outcomes.Select(part)]));
        return
        [
            Of("judge's score of the chosen", o => (o.Judge[Best(o.Ranker)], 1)),
            Of("judge's score of the longest", o => (o.Judge[Best(o.Length)], 1)),
            Of("judge's score at random", o => (o.Judge.Average(), 1)),
            Of("judge's score of the best", o => (o.Judge.Max(), 1)),
            Of("judge's rank of the chosen", o => (Rank(o.Judge, Best(o.Ranker)), 1)),
            Of("judge's rank of the longest", o => (Rank(o.Judge, Best(o.Length)), 1)),
            Of("pairwise accuracy", o => Agreement(o.Judge, o.Ranker)),
            Of("pairwise accuracy of the longer", o => Agreement(o.Judge, o.Length)),
        ];
    }

    private static double[] MaxLogits(int[] source, int[][] candidates, PairScorer scorer)
    {
        int n = candidates.Length;
        var at = new List<(int I, int J)>();
        var pairs = new List<TrainingPair>();
        for (int i = 0; i < n; i++)
        {
            for (int j = i + 1; j < n; j++)
            {
                at.Add((i, j));
                pairs.Add(new TrainingPair { Tag = "", Source = source, Better = candidates[i], Worse = candidates[j] });
            }
        }

        double[] scores = new double[n];
        foreach (var ((i, j), (forward, backward)) in at.Zip(scorer.Score(pairs)))
        {
            scores[i] += (forward - backward) / n;
            scores[j] += (backward - forward) / n;
        }

        return scores;
    }

    private static int Best(double[] scores) => Array.IndexOf(scores, scores.Max());

    /// <summary>1 for the highest score; equal scores share the mean of their ranks.</summary>
    internal static double Rank(double[] scores, int index) =>
        1 + scores.Count(s => s > scores[index]) + (scores.Count(s => s == scores[index]) - 1) / 2.0;

    /// <summary>Pairs that the ranker orders as the judge does (a tie counts half) and pairs that the judge orders at all.</summary>
    internal static (double Agreeing, double Ordered) Agreement(double[] judge, double[] ranker)
    {
        double agreeing = 0;
        int ordered = 0;
        for (int i = 0; i < judge.Length; i++)
        {
            for (int j = i + 1; j < judge.Length; j++)
            {
                int wanted = judge[i].CompareTo(judge[j]);
                if (wanted != 0)
                {
                    int found = ranker[i].CompareTo(ranker[j]);
                    agreeing += found == 0 ? 0.5 : Math.Sign(found) == Math.Sign(wanted) ? 1 : 0;
                    ordered++;
                }
            }
        }

        return (agreeing, ordered);
    }

    private sealed record Outcome(double[] Judge, double[] Ranker, double[] Length);
}
