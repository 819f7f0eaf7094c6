namespace LLMBlender.Inference.Onnx.T5;

/// <summary>
/// T5's relative positions: each short distance has its own bucket, longer ones share buckets that widen logarithmically, and all beyond
/// the longest share the last. The encoder distinguishes the two directions; the decoder only attends to earlier positions. Reproduces
/// <c>T5Attention._relative_position_bucket</c> (transformers).
/// </summary>
internal static class T5Buckets
{
    /// <summary>
    /// Buckets of key position minus query position, for distances −furthest … +furthest, where furthest is half the length: the last
    /// bucket is reached at both ends.
    /// </summary>
    public static int[] Encoder(int buckets, int maxDistance)
    {
        var furthest = Saturation(buckets / 2, maxDistance);
        var table = new int[2 * furthest + 1];
        for (var distance = -furthest; distance <= furthest; distance++)
        {
            table[distance + furthest] = Bucket(Math.Abs(distance), buckets / 2, maxDistance) + (distance > 0 ? buckets / 2 : 0);
        }

        return table;
    }

    /// <summary>Buckets of query position minus key position, for distances from 0 until the last bucket is reached.</summary>
    public static int[] Decoder(int buckets, int maxDistance)
    {
        var table = new int[Saturation(buckets, maxDistance) + 1];
        for (var distance = 0; distance < table.Length; distance++)
        {
            table[distance] = Bucket(distance, buckets, maxDistance);
        }

        return table;
    }

    private static int Saturation(int buckets, int maxDistance)
    {
        var distance = 0;
        while (Bucket(distance, buckets, maxDistance) < buckets - 1)
        {
            distance++;
        }

        return distance;
    }

    // The reference computes in float32, which decides the bucket if the logarithm is close to an integer.
    private static int Bucket(int distance, int buckets, int maxDistance)
    {
        var exact = buckets / 2;
        if (distance < exact)
        {
            return distance;
        }

        var step = MathF.Log((float)distance / exact) / (float)Math.Log((double)maxDistance / exact) * (buckets - exact);
        return Math.Min(exact + (int)step, buckets - 1);
    }
}
