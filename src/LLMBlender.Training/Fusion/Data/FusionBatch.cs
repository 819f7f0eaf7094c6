namespace LLMBlender.Training.Fusion.Data;

/// <summary>Examples padded to common lengths on the right.</summary>
internal sealed class FusionBatch
{
    /// <summary>Source ids, rows × source length.</summary>
    public required long[] Source { get; init; }

    /// <summary>Valid tokens of each source.</summary>
    public required int[] SourceLengths { get; init; }

    /// <summary>What the decoder reads, rows × target length: the start token and the target without its last.</summary>
    public required long[] Input { get; init; }

    /// <summary>What it should say, for valid positions alone, row by row.</summary>
    public required long[] Wanted { get; init; }

    /// <summary>Where those positions lie in rows × target length.</summary>
    public required long[] Positions { get; init; }

    public int Rows => SourceLengths.Length;

    public int SourceLength => Source.Length / Rows;

    public int TargetLength => Input.Length / Rows;

    /// <summary>Lays out examples.</summary>
    /// <param name="examples">At least one.</param>
    /// <param name="pad">The id that fills up, and that the decoder starts with.</param>
    public static FusionBatch Of(IReadOnlyList<FusionExample> examples, int pad)
    {
        int rows = examples.Count;
        int sourceLength = examples.Max(example => example.Source.Length);
        int targetLength = examples.Max(example => example.Target.Length);
        var (source, input) = (new long[rows * sourceLength], new long[rows * targetLength]);
        Array.Fill(source, pad);
        Array.Fill(input, pad);
        var (wanted, positions) = (new List<long>(), new List<long>());
        for (int row = 0; row < rows; row++)
        {
            FusionExample example = examples[row];
            Widen(example.Source, source.AsSpan(row * sourceLength));
            Widen(example.Input, input.AsSpan(row * targetLength + 1));
            for (int i = 0; i < example.Target.Length; i++)
            {
                wanted.Add(example.Target[i]);
                positions.Add(row * targetLength + i);
            }
        }

        return new FusionBatch
        {
            Source = source,
            SourceLengths = [.. examples.Select(example => example.Source.Length)],
            Input = input,
            Wanted = [.. wanted],
            Positions = [.. positions],
        };
    }

    private static void Widen(ReadOnlySpan<int> from, Span<long> to)
    {
        for (int i = 0; i < from.Length; i++)
        {
            to[i] = from[i];
        }
    }
}
