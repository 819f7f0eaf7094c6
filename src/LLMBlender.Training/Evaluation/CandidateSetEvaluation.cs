using LLMBlender.Core.Ranking;
using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Evaluation;

/// <summary>
/// Ranks candidate sets by MaxLogits over the full matrix in both orders, s_i = Σ_j (M[i,j] − M[j,i]) / N, with the ranker's weight of agreement, and compares with a judge's
/// scores, beside simpler rules and beside always taking the one model that the judge likes best on average.
/// </summary>
internal static class CandidateSetEvaluation
{
    /// <summary>The beginning of the parts by length difference.</summary>
    public const string LengthPart = "longer by ";

    // How many times as long as the shorter answer the longer one is.
    private static readonly (string Name, double From, double To)[] LengthBins =
        [("up to 1.25 times", 1, 1.25), ("1.25 to 2 times", 1.25, 2), ("more than 2 times", 2, double.PositiveInfinity)];

    /// <summary>Evaluates sets.</summary>
    /// <param name="data">Name of the data in the findings.</param>
    /// <param name="sets">Sets; candidates without the judge's score are left out, and so are sets with fewer than two left.</param>
    /// <param name="score">The judge's score, higher is better.</param>
    /// <param name="lexicon">Tokenises them.</param>
    /// <param name="scorer">Scores their pairs.</param>
    /// <param name="bag">The bag of words to stand beside, if there is one.</param>
    /// <param name="other">Another ranker, whose choices are compared with this one's.</param>
    public static IEnumerable<Finding> Run(
        string data, IEnumerable<CandidateSetRecord> sets, string score, Lexicon lexicon, IPairScorer scorer, BagOfWords? bag = null, IPairScorer? other = null)
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
            int[] source = lexicon.Encode(set.Prompt);
            int[][] texts = [.. judged.Select(candidate => lexicon.Encode(candidate.Text))];
            double[] agreements = judged.Length > 2 ? Consensus.Of([.. judged.Select(candidate => candidate.Text)]) : new double[judged.Length];
            outcomes.Add(new Outcome(
                set.Subset,
                [.. judged.Select(candidate => candidate.Model)],
                judge,
                MaxLogits(source, texts, agreements, scorer),
                [.. judged.Select(candidate => (double)candidate.Text.Length)],
                [.. texts.Select(text => bag?.Score(source, text) ?? 0)],
                other is null ? null : MaxLogits(source, texts, agreements, other)));
        }

        if (outcomes.Count == 0)
        {
            throw new DataException($"{data}: no set has two candidates with the score {score}");
        }

        return
        [
            .. Findings(data, outcomes, bag is not null),
            .. outcomes.Where(o => o.Kind is not null).GroupBy(o => o.Kind!).OrderBy(group => group.Key, StringComparer.Ordinal)
                .SelectMany(group => ByKind(data, group.Key, [.. group])),
            .. LengthBins.SelectMany(bin => ByLength(data, outcomes, bin)),
        ];
    }

    private static IEnumerable<Finding> ByKind(string data, string kind, List<Outcome> outcomes)
    {
        foreach (var (name, scores) in new (string, Func<Outcome, double[]>)[] { ("ranker", o => o.Ranker), ("longest", o => o.Length) })
        {
            yield return new Finding(
                data, kind, $"judge's rank, {name}", Estimate.Bootstrap([.. outcomes.Select(o => (ScoreAgreement.Rank(o.Judge, Best(scores(o))), 1.0))]));
            yield return new Finding(
                data, kind, $"pairwise accuracy, {name}", Estimate.Bootstrap([.. outcomes.Select(o => ScoreAgreement.Agreement(o.Judge, scores(o)))]));
        }
    }

    private static IEnumerable<Finding> ByLength(string data, List<Outcome> outcomes, (string Name, double From, double To) bin)
    {
        bool Within(Outcome o, int i, int j) =>
            Math.Max(o.Length[i], o.Length[j]) / Math.Max(1, Math.Min(o.Length[i], o.Length[j])) is var ratio && ratio >= bin.From && ratio < bin.To;
        foreach (var (name, scores) in new (string, Func<Outcome, double[]>)[] { ("ranker", o => o.Ranker), ("longest", o => o.Length) })
        {
            (double Agreeing, double Ordered)[] cases =
                [.. outcomes.Select(o => ScoreAgreement.Agreement(o.Judge, scores(o), (i, j) => Within(o, i, j))).Where(one => one.Ordered > 0)];
            if (cases.Length > 0)
            {
                yield return new Finding(data, LengthPart + bin.Name, $"pairwise accuracy, {name}", Estimate.Bootstrap(cases));
            }
        }
    }

    private static List<Finding> Findings(string data, List<Outcome> outcomes, bool withBag)
    {
        Finding Of(string metric, Func<Outcome, (double, double)> part) =>
            new(data, "all", metric, Estimate.Bootstrap([.. outcomes.Select(part)]));
        IEnumerable<Finding> Rule(string name, Func<Outcome, double[]> scores) =>
        [
            Of($"judge's score, {name}", o => (o.Judge[Best(scores(o))], 1)),
            Of($"judge's rank, {name}", o => (ScoreAgreement.Rank(o.Judge, Best(scores(o))), 1)),
            Of($"pairwise accuracy, {name}", o => ScoreAgreement.Agreement(o.Judge, scores(o))),
        ];
        string model = BestModel(outcomes);
        return
        [
            .. Rule("ranker", o => o.Ranker),
            .. Rule("longest", o => o.Length),
            .. withBag ? Rule("bag of words", o => o.Bag) : [],
            Of("judge's score, at random", o => (o.Judge.Average(), 1)),
            Of("judge's rank, at random", o => ((o.Judge.Length + 1) / 2.0, 1)),
            Of($"judge's score, always {model}", o => (ScoreOf(o, model), 1)),
            Of($"judge's rank, always {model}", o => (RankOf(o, model), 1)),
            Of($"judge's score, ranker less {model}", o => (o.Judge[Best(o.Ranker)] - ScoreOf(o, model), 1)),
            Of($"judge's rank, ranker less {model}", o => (ScoreAgreement.Rank(o.Judge, Best(o.Ranker)) - RankOf(o, model), 1)),
            .. outcomes[0].Other is null ? Array.Empty<Finding>() : [Of("same choice as the other ranker", o => (Best(o.Ranker) == Best(o.Other!) ? 1 : 0, 1))],
            Of("judge's score, best of each", o => (o.Judge.Max(), 1)),
            Of("judge's score, ranker less longest", o => (o.Judge[Best(o.Ranker)] - o.Judge[Best(o.Length)], 1)),
            Of("judge's rank, ranker less longest", o => (ScoreAgreement.Rank(o.Judge, Best(o.Ranker)) - ScoreAgreement.Rank(o.Judge, Best(o.Length)), 1)),
            Of("pairwise, ranker less longest", o => Difference(ScoreAgreement.Agreement(o.Judge, o.Ranker), ScoreAgreement.Agreement(o.Judge, o.Length))),
        ];
    }

    private static double ScoreOf(Outcome o, string model) =>
        o.Models.Contains(model) ? o.Judge[o.Models.IndexOf(model)] : o.Judge.Average();

    private static double RankOf(Outcome o, string model) =>
        o.Models.Contains(model) ? ScoreAgreement.Rank(o.Judge, o.Models.IndexOf(model)) : (o.Judge.Length + 1) / 2.0;

    private static (double Sum, double Weight) Difference((double Agreeing, double Ordered) a, (double Agreeing, double Ordered) b) =>
        (a.Agreeing - b.Agreeing, a.Ordered);

    private static string BestModel(List<Outcome> outcomes) => outcomes
        .SelectMany(o => o.Models.Zip(o.Judge))
        .GroupBy(pair => pair.First, pair => pair.Second)
        .OrderByDescending(group => group.Average()).ThenBy(group => group.Key, StringComparer.Ordinal)
        .First().Key;

    private static double[] MaxLogits(int[] source, int[][] candidates, double[] agreements, IPairScorer scorer)
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
            float advantage = Consensus.Advantage(agreements, new(i, j), scorer.ConsensusWeight);
            scores[i] += ((forward - backward) / n) + (2 * advantage / n);
            scores[j] += ((backward - forward) / n) - (2 * advantage / n);
        }

        return scores;
    }

    private static int Best(double[] scores) => Array.IndexOf(scores, scores.Max());

    private sealed record Outcome(string? Kind, List<string> Models, double[] Judge, double[] Ranker, double[] Length, double[] Bag, double[]? Other);
}
