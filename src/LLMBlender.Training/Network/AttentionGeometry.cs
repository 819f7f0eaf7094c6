namespace LLMBlender.Training.Network;

/// <summary>Where the queries and keys of a fused attention pass lie.</summary>
/// <param name="Lengths">Valid keys of each of the B rows.</param>
/// <param name="Positions">
/// Positions of the M queries of each row, B·M numbers, all of them valid; null when query m is at position m.
/// </param>
/// <param name="Rows"><see cref="RelativePositions.Descending"/> for the padded length L.</param>
internal sealed record AttentionGeometry(int[] Lengths, int[]? Positions, int[] Rows)
{
    /// <summary>The number of <paramref name="count"/> queries of row <paramref name="b"/> that are not padding; they come first.</summary>
    public int Valid(int b, int count) => Positions is null ? Math.Min(Lengths[b], count) : count;

    /// <summary>Position of query <paramref name="m"/> of <paramref name="count"/> in row <paramref name="b"/>.</summary>
    public int Position(int b, int m, int count) => Positions is null ? m : Positions[b * count + m];

    /// <summary>Table rows of query <paramref name="m"/> for each valid key.</summary>
    public ReadOnlySpan<int> RowsFor(int b, int m, int count, int keys) =>
        Rows.AsSpan(keys - 1 - Position(b, m, count), Lengths[b]);
}
