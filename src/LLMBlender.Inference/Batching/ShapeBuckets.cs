namespace LLMBlender.Inference.Batching;

/// <summary>
/// The few shapes that an accelerator's batches have, so that what it prepares for a shape (kernels, memory, bindings) is used again. A row gets
/// fewer than max(16, 1/8 of its length) tokens of padding, and a batch at most a quarter of its rows.
/// </summary>
internal sealed class ShapeBuckets
{
    /// <summary>The step of the shortest lengths: kernels of half need multiples of 8, and 16 is a tile of a tensor core.</summary>
    public const int Step = 16;

    private const int StepsPerDoubling = 8;
    private const int MostPaddedRows = 4;

    private readonly int longest;

    /// <param name="longest">The maximum number of tokens in a row, which is a length too; null if there is none.</param>
    public ShapeBuckets(int? longest) => this.longest = longest ?? int.MaxValue;

    /// <summary>The shortest length of a batch that holds a row of this length.</summary>
    public int LengthFor(int length)
    {
        var doubling = Step * StepsPerDoubling;
        while (2L * doubling < length)
        {
            doubling *= 2;
        }

        var step = length <= Step * StepsPerDoubling ? Step : doubling / StepsPerDoubling;
        return (int)Math.Min(Math.Max(longest, length), (long)(length + step - 1) / step * step);
    }

    /// <summary>Chooses a batch's rows: 2ⁿ or 3·2ⁿ.</summary>
    /// <param name="count">The number of rows that there are, at least 1.</param>
    /// <param name="most">The maximum number of rows; at least <paramref name="count"/>.</param>
    /// <returns>How many of them the batch takes, and its rows, of which the others are padding.</returns>
    public static (int Taken, int Rows) RowsFor(int count, int most)
    {
        var (below, above) = (1, 1);
        while (above < count)
        {
            (below, above) = (above, Next(above));
        }

        return above == count ? (count, count)
            : above <= most && (above - count) * MostPaddedRows <= above ? (count, above)
            : (below, below);
    }

    /// <summary>The lengths up to a maximum, in order.</summary>
    public IEnumerable<int> Lengths(int most)
    {
        for (var length = LengthFor(1); length <= most; length = LengthFor(length + 1))
        {
            yield return length;
            if (length >= longest)
            {
                yield break;
            }
        }
    }

    /// <summary>The numbers of rows up to a maximum, in order.</summary>
    public static IEnumerable<int> RowCounts(int most)
    {
        for (var rows = 1; rows <= most; rows = Next(rows))
        {
            yield return rows;
        }
    }

    // 1, 2, 3, 4, 6, 8, 12, …
    private static int Next(int rows) => rows switch
    {
        1 => 2,
        _ when int.IsPow2(rows) => rows / 2 * 3,
        _ => rows / 3 * 4,
    };
}
