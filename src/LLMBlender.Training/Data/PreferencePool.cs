namespace LLMBlender.Training.Data;

/// <summary>All pairs of one tag, drawn in shuffled epochs: the n-th draw is a pure function of the seed and n.</summary>
internal sealed class PreferencePool(string tag, IReadOnlyList<TrainingPair> pairs, ulong seed)
{
    private long epoch = -1;
    private int[] order = [];

    public string Tag { get; } = tag;

    public int Count => pairs.Count;

    /// <summary>The pair of draw <paramref name="index"/>; each epoch of <see cref="Count"/> draws holds every pair once.</summary>
    public TrainingPair Draw(long index)
    {
        long wanted = index / pairs.Count;
        if (wanted != epoch)
        {
            order = [.. Enumerable.Range(0, pairs.Count)];
            Seeds.Random(seed, Seeds.Of(Tag), (ulong)wanted).Shuffle(order);
            epoch = wanted;
        }

        return pairs[order[index % pairs.Count]];
    }
}
