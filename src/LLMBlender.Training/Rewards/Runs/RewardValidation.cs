using System.Text.Json.Nodes;
using LLMBlender.Training.Data;

namespace LLMBlender.Training.Rewards.Runs;

/// <summary>Measures a reward model on development data: choice and order of candidates, pairs, and plain cases.</summary>
internal sealed class RewardValidation
{
    private readonly List<(int[] Source, int[] Answer)> answers = [];
    private readonly List<double[]> judged = [];
    private readonly List<(string Tag, int First)> pairs = [];

    /// <exception cref="DataException">A file can't be read.</exception>
    public RewardValidation(DevelopmentData data, Lexicon lexicon)
    {
        foreach (CandidateSetRecord set in Some(DataFiles.Read<CandidateSetRecord>(data.CandidateSets), data.Sets))
        {
            int[] source = lexicon.Encode(set.Prompt);
            CandidateRecord[] scored = [.. set.Candidates.Where(candidate => candidate.Scores.ContainsKey(data.Score))];
            judged.Add([.. scored.Select(candidate => candidate.Scores[data.Score])]);
            answers.AddRange(scored.Select(candidate => (source, lexicon.Encode(candidate.Text))));
        }

        foreach (PairRecord pair in Some(DataFiles.Read<PairRecord>(data.Pairs), data.PairCount))
        {
            Add(string.Join('-', pair.Source.Split('-').Take(2)), pair.Prompt, pair.Chosen, pair.Rejected, lexicon);
        }

        foreach (PlainCase one in data.Cases is { } cases ? DataFiles.Read<PlainCase>(cases) : [])
        {
            Add("plain", one.Instruction, one.Better, one.Worse, lexicon);
            Add("plain-" + one.Kind, one.Instruction, one.Better, one.Worse, lexicon);
        }
    }

    /// <summary>Measures the network as it is.</summary>
    public JsonObject Run(RewardScorer scorer, long step)
    {
        double[] scores = scorer.Score(answers);
        var result = new JsonObject { ["step"] = step };
        Sets(scores, result);
        foreach (var group in pairs.GroupBy(pair => pair.Tag))
        {
            result[group.Key] = Math.Round(group.Average(pair => Won(scores[pair.First], scores[pair.First + 1])), 4);
        }

        return result;
    }

    private void Sets(double[] scores, JsonObject result)
    {
        var (score, rank, agreeing, ordered, at) = (0.0, 0.0, 0.0, 0.0, 0);
        foreach (double[] judge in judged)
        {
            double[] own = scores[at..(at + judge.Length)];
            int best = Array.IndexOf(own, own.Max());
            score += judge[best];
            rank += ScoreAgreement.Rank(judge, best);
            var (agreed, all) = ScoreAgreement.Agreement(judge, own);
            (agreeing, ordered, at) = (agreeing + agreed, ordered + all, at + judge.Length);
        }

        result["set_score"] = Math.Round(score / judged.Count, 4);
        result["set_rank"] = Math.Round(rank / judged.Count, 3);
        result["set_pairs"] = Math.Round(agreeing / ordered, 4);
    }

    private void Add(string tag, string prompt, string better, string worse, Lexicon lexicon)
    {
        pairs.Add((tag, answers.Count));
        int[] source = lexicon.Encode(prompt);
        answers.AddRange([(source, lexicon.Encode(better)), (source, lexicon.Encode(worse))]);
    }

    private static IEnumerable<T> Some<T>(IEnumerable<T> all, int count) => count == 0 ? all : all.Take(count);

    private static double Won(double better, double worse) => better > worse ? 1 : better == worse ? 0.5 : 0;
}
