namespace LLMBlender.Training.Baselines;

/// <summary>Rows padded to one length on the right, and where the head looks in each.</summary>
internal sealed class RowBatch
{
    /// <summary>Token ids, rows × length, padded with 0.</summary>
    public required long[] Ids { get; init; }

    /// <summary>Valid tokens of each row.</summary>
    public required int[] Lengths { get; init; }

    /// <summary>The same number of positions in each row.</summary>
    public required int[] Positions { get; init; }

    /// <summary>
    /// For a masked language model the id at each position, for a SummaReranker each pair's label; else empty.
    /// </summary>
    public required long[] Targets { get; init; }

    /// <summary>What losses are averaged over: masked tokens, or pairs.</summary>
    public required int Count { get; init; }

    public int Rows => Lengths.Length;

    public int Length => Ids.Length / Lengths.Length;

    /// <summary>Pads rows.</summary>
    public static RowBatch Of(IReadOnlyList<int[]> rows, int[] positions, long[] targets, int count)
    {
        int length = rows.Max(row => row.Length);
        long[] ids = new long[rows.Count * length];
        for (int row = 0; row < rows.Count; row++)
        {
            for (int i = 0; i < rows[row].Length; i++)
            {
                ids[row * length + i] = rows[row][i];
            }
        }

        return new RowBatch { Ids = ids, Lengths = [.. rows.Select(row => row.Length)], Positions = positions, Targets = targets, Count = count };
    }
}
