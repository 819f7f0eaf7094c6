using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>
/// DeBERTa's log-bucketed relative positions: near distances have a bucket each, far ones share buckets that widen
/// logarithmically (DeBERTa, section 3.2; transformers' make_log_bucket_position).
/// </summary>
internal static class RelativePositions
{
    /// <summary>Rows of the relative table for all positions of a sequence, computed with tensors as the reference does.</summary>
    /// <returns>[length, length] int64 in [0, 2·buckets): row of the table for query q and key k.</returns>
    public static Tensor Table(long length, int buckets, int maxPosition)
    {
        using var scope = NewDisposeScope();
        Tensor positions = arange(length, dtype: int64);
        Tensor relative = positions.unsqueeze(1) - positions.unsqueeze(0);
        int middle = buckets / 2;
        Tensor near = relative.lt(middle).logical_and(relative.gt(-middle));
        Tensor distance = where(near, tensor(middle - 1L), relative.abs());
        Tensor far = (distance.to_type(float32) / middle).log() / MathF.Log((maxPosition - 1f) / middle) * (middle - 1);
        Tensor bucket = where(distance.le(middle), relative, (far.ceil() + middle).to_type(int64) * relative.sign());
        return (bucket + buckets).clamp(0, 2 * buckets - 1).MoveToOuterDisposeScope();
    }

    /// <summary>The same row for one distance q − k, without tensors.</summary>
    public static int Row(int distance, int buckets, int maxPosition)
    {
        int middle = buckets / 2;
        int bucket = distance;
        if (Math.Abs(distance) > middle)
        {
            float far = MathF.Log(Math.Abs(distance) / (float)middle) / MathF.Log((maxPosition - 1f) / middle);
            bucket = ((int)MathF.Ceiling(far * (middle - 1)) + middle) * Math.Sign(distance);
        }

        return Math.Clamp(bucket + buckets, 0, 2 * buckets - 1);
    }

    /// <summary>
    /// Table rows for the distances length−1, length−2, …, −(length−1): entry (length − 1 − q + k) belongs to query q and key k,
    /// so that one row's keys lie side by side.
    /// </summary>
    public static int[] Descending(int length, int buckets, int maxPosition)
    {
        int[] rows = new int[2 * length - 1];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = Row(length - 1 - i, buckets, maxPosition);
        }

        return rows;
    }
}
