namespace LLMBlender.Inference.GenFuser;

/// <summary>
/// The best finished beams of one prompt, at most the number of beams: the reference's <c>BeamHypotheses</c> (transformers 4.36), where a
/// score is the sum of log-probabilities divided by the generated length to the power of the length penalty.
/// </summary>
internal sealed class FinishedBeams(int capacity, double lengthPenalty)
{
    private readonly List<(int[] Ids, double Score)> beams = [];

    /// <summary>Whether the number of finished beams has reached the number of beams.</summary>
    public bool IsFull => beams.Count >= capacity;

    /// <summary>The generated ids of each, without the start token.</summary>
    public IEnumerable<int[]> Sequences => beams.Select(beam => beam.Ids);

    /// <summary>The score of the worst beam kept.</summary>
    public double Worst { get; private set; } = double.MaxValue;

    /// <summary>Adds a finished beam if it is better than the worst one or the list is not full.</summary>
    /// <param name="ids">Generated ids, without the start token.</param>
    /// <param name="sum">Sum of their log-probabilities.</param>
    /// <param name="length">The number of generated tokens in the sum.</param>
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

    /// <summary>Whether no running beam whose sum is at most <paramref name="bestSum"/> would be added at its current length.</summary>
    public bool Beats(double bestSum, int length) => IsFull && Worst >= Score(bestSum, length);

    /// <summary>The best beams, best first; of equal ones, the later first.</summary>
    public IReadOnlyList<(int[] Ids, double Score)> Best(int count) =>
        [.. beams.OrderBy(beam => beam.Score).Reverse().Take(count)];

    private double Score(double sum, int length) => sum / Math.Pow(length, lengthPenalty);
}
