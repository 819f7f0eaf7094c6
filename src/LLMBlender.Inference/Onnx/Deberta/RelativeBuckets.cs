namespace LLMBlender.Inference.Onnx.Deberta;

/// <summary>
/// DeBERTa-v2's relative positions: each distance up to half the bucket count has its own bucket, longer ones share buckets that widen
/// logarithmically, and all beyond the longest trained distance share the last. Reproduces <c>make_log_bucket_position</c> and the clamp in
/// <c>disentangled_attention_bias</c> (transformers).
/// </summary>
internal static class RelativeBuckets
{
    /// <summary>
    /// The rows of the relative table for distances −<paramref name="furthest"/> … +<paramref name="furthest"/>
    /// (query position minus key position), each within 0 … 2·<paramref name="span"/>−1 and never decreasing.
    /// </summary>
    /// <param name="span">Half the number of rows in the relative table.</param>
    /// <param name="buckets"><c>position_buckets</c>; 0 or less for one row per distance.</param>
    /// <param name="maxPosition"><c>max_relative_positions</c>.</param>
    /// <param name="furthest">The longest distance to tabulate.</param>
    public static int[] Table(int span, int buckets, int maxPosition, int furthest)
    {
        var rows = new int[2 * furthest + 1];
        for (var distance = -furthest; distance <= furthest; distance++)
        {
            var bucket = buckets > 0 ? LogBucket(distance, buckets, maxPosition) : distance;
            rows[distance + furthest] = Math.Clamp(bucket + span, 0, 2 * span - 1);
        }

        return rows;
    }

    /// <summary>The distance from which all longer ones have the same row.</summary>
    public static int Saturation(int span, int buckets, int maxPosition)
    {
        if (buckets <= 0)
        {
            return span;
        }

        var distance = buckets / 2;
        while (LogBucket(distance, buckets, maxPosition) < span)
        {
            distance++;
        }

        return distance;
    }

    // The reference computes in float32, which decides the bucket if the logarithm is close to an integer.
    private static int LogBucket(int distance, int buckets, int maxPosition)
    {
        var mid = buckets / 2;
        var length = Math.Abs(distance);
        if (length <= mid)
        {
            return distance;
        }

        var step = MathF.Log((float)length / mid) / MathF.Log((float)(maxPosition - 1) / mid);
        return Math.Sign(distance) * ((int)MathF.Ceiling(step * (mid - 1)) + mid);
    }
}
