namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// The best finished beams of one prompt, as many as there are beams: the reference's <c>BeamHypotheses</c>
/// (transformers 4.36), where a score is the sum of log-probabilities over the generated length to the power of the
/// length penalty.
/// </summary>
internal sealed class FinishedBeams(int capacity, double lengthPenalty)
{
    private readonly List<(int[] Ids, double Score)> beams = [];

    /// <summary>Whether there are as many as beams.</summary>
    public bool IsFull => beams.Count >= capacity;

    /// <summary>The generated ids of each, without the start token.</summary>
    public IEnumerable<int[]> Sequences => beams.Select(beam => beam.Ids);

    /// <summary>The score of the worst that is kept.</summary>
    public double Worst { get; private set; } = double.MaxValue;

    /// <summary>Keeps a finished beam, if it is better than the worst or there is room.</summary>
    /// <param name="ids">Generated ids, without the start token.</param>
    /// <param name="sum">Sum of their log-probabilities.</param>
    /// <param name="length">Generated tokens that the sum is over.</param>
    public void Add(int[] ids, double sum, int length)
    {
        var score = Score(sum, length);
        if (IsFull && score <= Worst)
        {
            return;
        }

        beams.Add((ids, score));
        if (beams.Count <= capacity)
        {
            Worst = Math.Min(score, Worst);
            return;
        }

        var worst = 0;
        for (var i = 1; i < beams.Count; i++)
        {
            worst = beams[i].Score < beams[worst].Score ? i : worst;
        }

        beams.RemoveAt(worst);
        Worst = beams.Min(beam => beam.Score);
    }

    /// <summary>Whether no running beam whose sum is at most <paramref name="bestSum"/> would, at its length now, get in.</summary>
    public bool Beats(double bestSum, int length) => IsFull && Worst >= Score(bestSum, length);

    /// <summary>The best, best first; of equal ones the later.</summary>
    public IReadOnlyList<(int[] Ids, double Score)> Best(int count) =>
        [.. beams.OrderBy(beam => beam.Score).Reverse().Take(count)];

    private double Score(double sum, int length) => sum / Math.Pow(length, lengthPenalty);
}
