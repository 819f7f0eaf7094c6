namespace LLMBlender.Training.Rewards.Data;

/// <summary>Answers to one source, and what is known of which is better.</summary>
/// <param name="Tag">Where it comes from; the mixture and the reports go by it.</param>
/// <param name="Source">Token ids of the source; empty where it isn't known.</param>
/// <param name="Answers">Token ids of each answer.</param>
/// <param name="Preferences">Which answer is better than which, and how surely.</param>
internal sealed record AnswerGroup(string Tag, int[] Source, IReadOnlyList<int[]> Answers, IReadOnlyList<Preference> Preferences)
{
    /// <summary>A group of answers that were all scored by the same judge: each pair's probability is σ(scale·difference).</summary>
    /// <param name="tag">Where it comes from.</param>
    /// <param name="source">Token ids of the source.</param>
    /// <param name="answers">Token ids of each answer.</param>
    /// <param name="scores">The judge's score of each, higher is better.</param>
    /// <param name="scale">Turns a difference of scores into a logit.</param>
    /// <remarks>A group of n answers weighs as much as n/2 pairs, since it costs n passes; pairs weigh by how far they are apart.</remarks>
    public static AnswerGroup Scored(string tag, int[] source, IReadOnlyList<int[]> answers, IReadOnlyList<double> scores, double scale)
    {
        var preferences = new List<Preference>();
        for (int i = 0; i < answers.Count; i++)
        {
            for (int j = 0; j < answers.Count; j++)
            {
                if (scores[i] > scores[j])
                {
                    double likely = 1 / (1 + Math.Exp(-scale * (scores[i] - scores[j])));
                    preferences.Add(new Preference(i, j, (float)likely, (float)(2 * likely - 1)));
                }
            }
        }

        float total = preferences.Sum(preference => preference.Weight);
        float share = total == 0 ? 0 : answers.Count / 2f / total;
        return new AnswerGroup(tag, source, answers, [.. preferences.Select(one => one with { Weight = one.Weight * share })]);
    }

    /// <summary>A group whose first answer is better than each of the others.</summary>
    public static AnswerGroup BestFirst(string tag, int[] source, IReadOnlyList<int[]> answers, float certainty) => new(
        tag, source, answers,
        [.. Enumerable.Range(1, answers.Count - 1).Select(i => new Preference(0, i, certainty, answers.Count / 2f / (answers.Count - 1)))]);
}
