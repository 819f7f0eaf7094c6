using LLMBlender.Training.Data;

namespace LLMBlender.Training.Rewards.Data;

/// <summary>All groups of one tag, drawn in shuffled epochs: the n-th draw is a pure function of the seed and n.</summary>
/// <param name="tag">The groups' tag.</param>
/// <param name="count">How many there are.</param>
/// <param name="group">Gives one; the generator draws which answers of a larger set it holds.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class GroupPool(string tag, int count, Func<int, Random, AnswerGroup> group, ulong seed)
{
    private long epoch = -1;
    private int[] order = [];

    public int Count => count;

    /// <summary>Every group once, in the files' order.</summary>
    public IEnumerable<AnswerGroup> All => Enumerable.Range(0, count).Select(i => group(i, Seeds.Random(seed, Seeds.Of(tag), (ulong)i, 1)));

    /// <summary>The group of draw <paramref name="index"/>; each epoch of <see cref="Count"/> draws holds every group once.</summary>
    public AnswerGroup Draw(long index)
    {
        long wanted = index / count;
        if (wanted != epoch)
        {
            order = [.. Enumerable.Range(0, count)];
            Seeds.Random(seed, Seeds.Of(tag), (ulong)wanted).Shuffle(order);
            epoch = wanted;
        }

        return group(order[index % count], Seeds.Random(seed, Seeds.Of(tag), (ulong)index, 1));
    }
}
