using LLMBlender.Training.Data;
using LLMBlender.Training.Rewards.Runs;

namespace LLMBlender.Training.Rewards.Data;

/// <summary>Reads candidate sets to train on.</summary>
internal static class ScoredSets
{
    /// <summary>The sets of a file that are not held out and have two scored candidates or more.</summary>
    /// <exception cref="DataException">The file can't be read.</exception>
    public static IEnumerable<ScoredSet> Read(JudgedSets source, Lexicon lexicon)
    {
        CandidateSetRecord[] sets = [.. DataFiles.Read<CandidateSetRecord>(source.File).Where(set => !HeldOut.Contains(set.Prompt.Length > 0 ? set.Prompt : set.Id))];
        Dictionary<string, double> means = sets.SelectMany(set => Judged(set, source))
            .GroupBy(candidate => candidate.Model)
            .ToDictionary(model => model.Key, model => model.Average(candidate => Score(candidate, source)));
        foreach (CandidateSetRecord set in sets)
        {
            var (answers, scores) = (new List<int[]>(), new List<double>());
            foreach (CandidateRecord candidate in Judged(set, source))
            {
                answers.Add(lexicon.Encode(candidate.Text));
                scores.Add((1 - source.ModelShare) * Score(candidate, source) + source.ModelShare * means[candidate.Model]);
            }

            if (source.ReferenceScore is { } reference && set.Output is { Length: > 0 } output)
            {
                answers.Add(lexicon.Encode(output));
                scores.Add(reference);
            }

            if (answers.Count >= 2)
            {
                yield return new ScoredSet(source.Tag, lexicon.Encode(set.Prompt), answers, scores, source.Scale);
            }
        }
    }

    private static IEnumerable<CandidateRecord> Judged(CandidateSetRecord set, JudgedSets source) =>
        set.Candidates.Where(candidate => source.Scores.Any(candidate.Scores.ContainsKey));

    private static double Score(CandidateRecord candidate, JudgedSets source) =>
        source.Scores.Where(candidate.Scores.ContainsKey).Average(score => candidate.Scores[score]);
}
