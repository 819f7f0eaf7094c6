namespace LLMBlender.Inference.Batching;

/// <summary>
/// Packs sequences of different lengths into batches: sorted by length, and split where padding would exceed its share or the batch its
/// token budget. Padding is at most 1 − <see cref="UsefulShare"/> of the computed tokens.
/// </summary>
internal sealed class BatchPlan
{
    /// <summary>The minimum share of a batch's tokens that are not padding.</summary>
    public const double UsefulShare = 0.95;

    // An accelerator computes a full batch in hardly more time than a small one.
    private const double BucketedUsefulShare = 0.8;

    private readonly int[] order;
    private readonly ShapeBuckets? shapes;
    private readonly List<(int Start, int Count, int Rows, int Length)> batches = [];

    private BatchPlan(int[] order, ShapeBuckets? shapes) => (this.order, this.shapes) = (order, shapes);

    /// <summary>The number of batches.</summary>
    public int Count => batches.Count;

    /// <summary>Tokens computed over all batches, padding included.</summary>
    public long ComputedTokens { get; private set; }

    /// <summary>Tokens that are not padding.</summary>
    public long UsefulTokens { get; private set; }

    /// <summary>The length of a batch, to which its rows are padded: that of its longest sequence, or of the bucket.</summary>
    public int Length(int batch) => batches[batch].Length;

    /// <summary>The rows of a batch: its sequences and, with buckets, rows of padding.</summary>
    public int Rows(int batch) => batches[batch].Rows;

    /// <summary>Indices of a batch's sequences.</summary>
    public ReadOnlySpan<int> Members(int batch) => order.AsSpan(batches[batch].Start, batches[batch].Count);

    /// <summary>Plans batches for sequences of these lengths, longest first.</summary>
    /// <param name="lengths">Tokens of each sequence.</param>
    /// <param name="budget">The maximum number of tokens in a batch, including padding; a longer sequence gets its own batch.</param>
    /// <param name="shapes">The shapes that batches may have; null for any.</param>
    public static BatchPlan For(ReadOnlySpan<int> lengths, int budget, ShapeBuckets? shapes = null)
    {
        var order = new int[lengths.Length];
        var keys = new int[lengths.Length];
        for (var i = 0; i < order.Length; i++)
        {
            (order[i], keys[i]) = (i, -lengths[i]);
        }

        keys.AsSpan().Sort(order.AsSpan());
        var plan = new BatchPlan(order, shapes);
        for (var start = 0; start < order.Length;)
        {
            start += plan.Take(keys, start, budget);
        }

        return plan;
    }

    private int Take(int[] keys, int start, int budget)
    {
        var longest = shapes?.LengthFor(-keys[start]) ?? -keys[start];
        long useful = -keys[start];
        var count = 1;
        for (; start + count < keys.Length; count++)
        {
            var computed = (long)longest * (count + 1);
            var next = useful - keys[start + count];
            if (computed > budget || next < (shapes is null ? UsefulShare : BucketedUsefulShare) * computed)
            {
                break;
            }

            useful = next;
        }

        var rows = count;
        if (shapes is not null)
        {
            (count, rows) = ShapeBuckets.RowsFor(count, Math.Max(count, budget / longest));
        }

        batches.Add((start, count, rows, longest));
        ComputedTokens += (long)longest * rows;
        for (var i = start; i < start + count; i++)
        {
            UsefulTokens -= keys[i];
        }

        return count;
    }
}
