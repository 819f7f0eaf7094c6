namespace LLMBlender.Local.Comparing;

/// <summary>
/// The pairs of one call to a ranker, from any records, so that batches are filled with pairs of similar length. A failed call is
/// repeated for each record, so that only the record that causes the failure fails. Not safe for concurrent use.
/// </summary>
internal sealed class ComparisonBatch
{
    /// <summary>Maximum number of pairs in a call.</summary>
    public const int MaxPairs = 1024;

    private readonly RecordPair[] pairs = new RecordPair[MaxPairs];
    private readonly PendingComparisons[] owners = new PendingComparisons[MaxPairs];
    private readonly float[] logits = new float[MaxPairs];
    private int count;

    /// <summary>Whether no further pair can be added.</summary>
    public bool IsFull => count == MaxPairs;

    /// <summary>Adds the pairs that are not compared yet, up to the maximum.</summary>
    public void Add(PendingComparisons pending)
    {
        for (var (offset, end) = (0, pending.Remaining); offset < end && !IsFull; offset++)
        {
            owners[count] = pending;
            pairs[count++] = pending.Pair(offset);
        }
    }

    /// <summary>Compares all pairs, passes the logits to their requests, and clears the batch.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled the call.</exception>
    public void Run(IPairRanker ranker, Action<int>? completed, CancellationToken cancellationToken)
    {
        if (count == 0)
        {
            return;
        }

        try
        {
            Run(ranker, 0, count, completed, cancellationToken);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            RunByRecord(ranker, completed, cancellationToken);
        }
        finally
        {
            pairs.AsSpan(0, count).Clear();
            owners.AsSpan(0, count).Clear();
            count = 0;
        }
    }

    private void RunByRecord(IPairRanker ranker, Action<int>? completed, CancellationToken cancellationToken)
    {
        for (var (start, end) = (0, 0); start < count; start = end)
        {
            while (end < count && owners[end] == owners[start])
            {
                end++;
            }

            try
            {
                Run(ranker, start, end, completed, cancellationToken);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                owners[start].Fail($"the ranker failed: {e.Message}");
            }
        }
    }

    private void Run(IPairRanker ranker, int start, int end, Action<int>? completed, CancellationToken cancellationToken)
    {
        ranker.Compare(pairs.AsSpan(start, end - start), logits.AsSpan(start, end - start), completed, cancellationToken);
        for (var i = start; i < end; i++)
        {
            owners[i].Answer(logits[i]);
        }
    }
}
