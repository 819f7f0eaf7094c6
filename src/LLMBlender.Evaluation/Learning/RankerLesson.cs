namespace LLMBlender.Evaluation.Learning;

/// <summary>A question's answers with what a judge thinks of them.</summary>
/// <param name="Features">Each answer's features.</param>
/// <param name="Scores">The ranker's score of each answer, up to a constant.</param>
/// <param name="Judged">The judge's score of each answer, higher is better.</param>
public sealed record RankerLesson(float[][] Features, float[] Scores, double[] Judged)
{
    // Of a large set, so that it does not count more memory than it tells.
    private const int MaxPairs = 30;

    /// <summary>The pairs on whose order the judge decides, the better first; of many, every n-th.</summary>
    public IReadOnlyList<(int Better, int Worse)> Pairs => field ??= Thin([.. Enumerable.Range(0, Judged.Length)
        .SelectMany(i => Enumerable.Range(0, Judged.Length).Where(j => Judged[i] > Judged[j]).Select(j => (i, j)))]);

    private static (int, int)[] Thin((int, int)[] all)
    {
        var step = (all.Length + MaxPairs - 1) / MaxPairs;
        return [.. all.Where((_, i) => i % Math.Max(step, 1) == 0)];
    }
}
