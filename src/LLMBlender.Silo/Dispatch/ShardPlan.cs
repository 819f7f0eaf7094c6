namespace LLMBlender.Silo.Dispatch;

/// <summary>Splits pairs among workers so that all should finish at the same time.</summary>
internal static class ShardPlan
{
    /// <summary>
    /// Minimum number of tokens of a shard. Below it, splitting costs more than it saves: each worker encodes the source and its
    /// candidates again, and batches are not full.
    /// </summary>
    public const int FewestTokens = 2048;

    /// <summary>Assigns pairs to workers; some get none if there are few pairs.</summary>
    /// <remarks>
    /// Longest processing time first (LPT): each pair is assigned to the worker that would finish it first, including its current load.
    /// </remarks>
    /// <param name="tokens">Tokens of each pair.</param>
    /// <param name="loads">Tokens that each worker has to compute before; at least one worker.</param>
    /// <param name="weights">Each worker's share of the work, at least 1.</param>
    /// <returns>Indices into <paramref name="tokens"/>, in ascending order, for each worker.</returns>
    public static int[][] Split(ReadOnlySpan<int> tokens, ReadOnlySpan<long> loads, ReadOnlySpan<int> weights)
    {
        var chosen = Choose(Sum(tokens), loads, weights);
        var order = new int[tokens.Length];
        var keys = new int[tokens.Length];
        for (var i = 0; i < order.Length; i++)
        {
            (order[i], keys[i]) = (i, -tokens[i]);
        }

        keys.AsSpan().Sort(order.AsSpan());
        var shares = new List<int>[weights.Length];
        var ends = new PriorityQueue<int, (double End, int Worker)>();
        var assigned = new double[weights.Length];
        foreach (var worker in chosen)
        {
            assigned[worker] = loads[worker];
            shares[worker] = [];
            ends.Enqueue(worker, (assigned[worker] / weights[worker], worker));
        }

        foreach (var pair in order)
        {
            var worker = ends.Dequeue();
            shares[worker].Add(pair);
            assigned[worker] += tokens[pair];
            ends.Enqueue(worker, (assigned[worker] / weights[worker], worker));
        }

        return Array.ConvertAll(shares, static share => share is null ? [] : share.Order().ToArray());
    }

    // The least loaded workers, as many as the pairs can fill with the minimum number of tokens.
    private static int[] Choose(long total, ReadOnlySpan<long> loads, ReadOnlySpan<int> weights)
    {
        var workers = new int[loads.Length];
        var keys = new (double Load, int Worker)[loads.Length];
        for (var i = 0; i < workers.Length; i++)
        {
            (workers[i], keys[i]) = (i, ((double)loads[i] / weights[i], i));
        }

        keys.AsSpan().Sort(workers.AsSpan());
        var count = (int)Math.Clamp(total / FewestTokens, 1, workers.Length);
        return workers[..count];
    }

    private static long Sum(ReadOnlySpan<int> tokens)
    {
        var sum = 0L;
        foreach (var count in tokens)
        {
            sum += count;
        }

        return sum;
    }
}
