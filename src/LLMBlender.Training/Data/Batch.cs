

namespace LLMBlender.Training.Data;

/// <summary>Sequences padded to one length on the right.</summary>
internal sealed class Batch
{
    /// <summary>Token ids, rows × length, padded with 0.</summary>
    public required long[] Ids { get; init; }

    /// <summary>Valid tokens of each row.</summary>
    public required int[] Lengths { get; init; }

    /// <summary>Positions of the source, candidate1 and candidate2 markers of each row.</summary>
    public required int[] Markers { get; init; }

    /// <summary>Score of the first candidate of each row; the worse one has 0.</summary>
    public required float[] FirstScores { get; init; }

    /// <summary>Score of the second candidate of each row; the worse one has 0.</summary>
    public required float[] SecondScores { get; init; }

    /// <summary>Probability that the better candidate of each row is better.</summary>
    public required float[] Certainties { get; init; }

    /// <summary>The teacher's label of each row, in the row's order of candidates; null if it has none.</summary>
    public required TeacherLabel?[] TeacherLabels { get; init; }

    /// <summary>
    /// One weight a token, rows × length: over the first candidate's segment they sum to 1, over the second's to −1, elsewhere they are 0.
    /// Applied to scores of tokens they give the difference of the candidates' mean scores.
    /// </summary>
    public required float[] TokenWeights { get; init; }

    /// <summary>Marks of the tokens.</summary>
    public required TokenMarks Marks { get; init; }

    public int Rows => Lengths.Length;

    public int Length => Ids.Length / Lengths.Length;

    /// <summary>Creates a batch of pairs; in rows with <paramref name="swapped"/> the worse candidate comes first.</summary>
    public static Batch Of(
        IReadOnlyList<TrainingPair> pairs, IReadOnlyList<bool> swapped, PairLayout layout, int sourceLimit, int candidateLimit)
    {
        int rows = pairs.Count;
        int length = pairs.Max(pair => LengthOf(pair, sourceLimit, candidateLimit));
        var (ids, lengths, markers) = (new long[rows * length], new int[rows], new int[3 * rows]);
        var (first, second) = (new float[rows], new float[rows]);
        var (certainties, teacherLabels) = (new float[rows], new TeacherLabel?[rows]);
        float[] weights = new float[ids.Length];
        var marks = new TokenMarks(ids.Length);
        for (int row = 0; row < rows; row++)
        {
            TrainingPair pair = pairs[row];
            bool swap = swapped[row];
            var (a, b) = swap ? (pair.Worse, pair.Better) : (pair.Better, pair.Worse);
            Span<int> at = markers.AsSpan(3 * row, 3);
            lengths[row] = layout.Write(pair.Source, a, b, sourceLimit, candidateLimit, ids.AsSpan(row * length, length), at);
            (first[row], second[row]) = swap ? (0, pair.Gap) : (pair.Gap, 0f);
            certainties[row] = pair.Certainty;
            teacherLabels[row] = swap ? pair.TeacherLabel?.Swapped() : pair.TeacherLabel;
            Weigh(weights.AsSpan(row * length + at[1], at[2] - 1 - at[1]), 1);
            Weigh(weights.AsSpan(row * length + at[2], lengths[row] - at[2]), -1);
            marks.Ask(ids.AsSpan(row * length, lengths[row]), at, row * length);
            if (pair.Seams is { } seams)
            {
                AddSeams(swap ? seams.Worse : seams.Better, candidateLimit, row * length + at[1] + 1, marks);
                AddSeams(swap ? seams.Better : seams.Worse, candidateLimit, row * length + at[2] + 1, marks);
            }
        }

        return new Batch
        {
            Ids = ids,
            Lengths = lengths,
            Markers = markers,
            FirstScores = first,
            SecondScores = second,
            Certainties = certainties,
            TeacherLabels = teacherLabels,
            TokenWeights = weights,
            Marks = marks,
        };
    }

    /// <summary>Tokens of one pair's sequence.</summary>
    public static int LengthOf(TrainingPair pair, int sourceLimit, int candidateLimit) =>
        PairLayout.Length(pair.Source.Length, pair.Better.Length, pair.Worse.Length, sourceLimit, candidateLimit);

    private static void Weigh(Span<float> segment, float total) => segment.Fill(total / segment.Length);

    // The flag for the text's end lands on [SEP]; a text cut by the limit has no such flag.
    private static void AddSeams(bool[] seams, int limit, int start, TokenMarks marks)
    {
        int room = PairLayout.Room(seams.Length - 1, limit);
        for (int i = 0; i < room || (i == room && room == seams.Length - 1); i++)
        {
            marks.AskSeam(start + i, seams[i]);
        }
    }
}
