namespace LLMBlender.Core.Ranking;

/// <summary>Permutations of the candidates 0 … N−1.</summary>
public static class Permutation
{
    /// <summary>The identity: 0, 1, …, <paramref name="count"/>−1.</summary>
    /// <param name="count">N, at least 0.</param>
    public static int[] Identity(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        var order = new int[count];
        for (var i = 0; i < count; i++)
        {
            order[i] = i;
        }

        return order;
    }

    /// <summary>A permutation determined by a seed, the same on every runtime, platform and version.</summary>
    /// <remarks>
    /// Fisher–Yates from the last position down, with numbers from <see cref="SplitMix64"/>; all N! permutations are equally likely.
    /// </remarks>
    /// <param name="count">N, at least 0.</param>
    /// <param name="seed">Any number.</param>
    public static int[] Shuffled(int count, ulong seed)
    {
        var order = Identity(count);
        var random = new SplitMix64(seed);
        for (var last = count - 1; last > 0; last--)
        {
            var drawn = (int)random.Below((ulong)last + 1);
            (order[last], order[drawn]) = (order[drawn], order[last]);
        }

        return order;
    }

    /// <summary>A copy of <paramref name="order"/>, or the identity if it is empty.</summary>
    /// <exception cref="ArgumentException">It does not contain each of 0 … N−1 exactly once.</exception>
    internal static int[] CopyOrIdentity(ReadOnlySpan<int> order, int count)
    {
        if (order.IsEmpty)
        {
            return Identity(count);
        }

        if (order.Length != count)
        {
            throw new ArgumentException($"the order names {order.Length} candidates; there are {count}", nameof(order));
        }

        RequireEachOnce(order);
        return order.ToArray();
    }

    private static void RequireEachOnce(ReadOnlySpan<int> order)
    {
        var seen = new bool[order.Length];
        foreach (var candidate in order)
        {
            if ((uint)candidate >= (uint)order.Length || seen[candidate])
            {
                throw new ArgumentException(
                    $"the order names candidate {candidate}; it must name each of 0 to {order.Length - 1} once", nameof(order));
            }

            seen[candidate] = true;
        }
    }
}
