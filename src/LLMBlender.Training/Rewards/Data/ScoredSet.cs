namespace LLMBlender.Training.Rewards.Data;

/// <summary>A whole candidate set with a judge's scores, of which groups are drawn.</summary>
internal sealed record ScoredSet(string Tag, int[] Source, IReadOnlyList<int[]> Answers, IReadOnlyList<double> Scores, double Scale)
{
    /// <summary>A group of at most <paramref name="most"/> answers drawn from the set.</summary>
    public AnswerGroup Draw(int most, Random random)
    {
        int[] chosen = [.. Enumerable.Range(0, Answers.Count)];
        random.Shuffle(chosen);
        chosen = chosen[..Math.Min(most, chosen.Length)];
        return AnswerGroup.Scored(Tag, Source, [.. chosen.Select(i => Answers[i])], [.. chosen.Select(i => Scores[i])], Scale);
    }
}
