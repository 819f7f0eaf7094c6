namespace LLMBlender.Training.Fusion.Network;

/// <summary>T5's buckets of relative positions (Raffel et al. 2020, section 2.1; transformers' _relative_position_bucket).</summary>
internal static class RelativeBuckets
{
    /// <summary>The bucket of one relative position.</summary>
    /// <param name="relative">Key's position minus query's.</param>
    /// <param name="bidirectional">Whether keys after the query have buckets of their own; else they share that of distance 0.</param>
    /// <param name="buckets">Buckets in all.</param>
    /// <param name="maxDistance">From here on all distances share the last bucket.</param>
    public static int Of(int relative, bool bidirectional, int buckets, int maxDistance)
    {
        int first = 0;
        int distance = Math.Max(-relative, 0);
        if (bidirectional)
        {
            buckets /= 2;
            first = relative > 0 ? buckets : 0;
            distance = Math.Abs(relative);
        }

        int exact = buckets / 2;
        if (distance < exact)
        {
            return first + distance;
        }

        float far = MathF.Log(distance / (float)exact) / (float)Math.Log(maxDistance / (double)exact) * (buckets - exact);
        return first + Math.Min(exact + (int)far, buckets - 1);
    }

    /// <summary>Buckets of every query and key, row-major, <paramref name="queries"/> × <paramref name="keys"/> numbers.</summary>
    public static long[] Table(int queries, int keys, bool bidirectional, int buckets, int maxDistance)
    {
        long[] table = new long[queries * keys];
        for (int query = 0; query < queries; query++)
        {
            for (int key = 0; key < keys; key++)
            {
                table[query * keys + key] = Of(key - query, bidirectional, buckets, maxDistance);
            }
        }

        return table;
    }
}
