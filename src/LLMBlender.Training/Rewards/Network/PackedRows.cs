namespace LLMBlender.Training.Rewards.Network;

/// <summary>Rows of different lengths laid end to end without padding, as an encoder reads them.</summary>
/// <param name="Ids">Token ids of all rows.</param>
/// <param name="Types">Token types of all rows.</param>
/// <param name="Lengths">Tokens of each row.</param>
internal sealed record PackedRows(long[] Ids, long[] Types, long[] Lengths)
{
    public int Count => Lengths.Length;

    public int Tokens => Ids.Length;

    /// <summary>Lays rows end to end.</summary>
    public static PackedRows Of(IReadOnlyList<RewardRow> rows)
    {
        int tokens = rows.Sum(row => row.Ids.Length);
        var (ids, types, lengths) = (new long[tokens], new long[tokens], new long[rows.Count]);
        int at = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            RewardRow row = rows[i];
            lengths[i] = row.Ids.Length;
            for (int j = 0; j < row.Ids.Length; j++, at++)
            {
                (ids[at], types[at]) = (row.Ids[j], j < row.AnswerStart ? 0 : 1);
            }
        }

        return new PackedRows(ids, types, lengths);
    }

    /// <summary>Each token's place in its row.</summary>
    public long[] Positions()
    {
        long[] positions = new long[Ids.Length];
        int at = 0;
        foreach (long length in Lengths)
        {
            for (int i = 0; i < length; i++)
            {
                positions[at++] = i;
            }
        }

        return positions;
    }

    /// <summary>Where each row's first token is.</summary>
    public long[] Starts()
    {
        long[] starts = new long[Lengths.Length];
        for (int i = 1; i < starts.Length; i++)
        {
            starts[i] = starts[i - 1] + Lengths[i - 1];
        }

        return starts;
    }
}
