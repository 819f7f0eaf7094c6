using LLMBlender.Training.Data;
using LLMBlender.Training.Runs;

namespace LLMBlender.Training.Baselines;

/// <summary>
/// Pairs as rows of a baseline, as Inference lays texts out. SummaReranker: [CLS] source [SEP] answer [SEP], the better and the worse
/// one of each pair. SimCLS: [CLS] text [SEP] of source, better and worse answer. Masked language model: [CLS] answer [SEP] of the
/// better one, with some of its tokens masked.
/// </summary>
/// <param name="shape">The baseline.</param>
/// <param name="cls">Opens a row.</param>
/// <param name="sep">Closes a text.</param>
/// <param name="mask">Stands for a masked token.</param>
/// <param name="vocabulary">How many ids there are.</param>
/// <param name="labels">The tags, each a label.</param>
/// <param name="maskShare">Share of tokens that are asked for.</param>
internal sealed class RowLayout(
    BaselineShape shape, int cls, int sep, int mask, int vocabulary, IReadOnlyList<string> labels, double maskShare)
{
    /// <summary>Tokens of a pair's rows, each as long as the longest.</summary>
    public int LengthOf(TrainingPair pair, Mixture mixture)
    {
        var rows = Rows(pair, mixture);
        return rows.Length * rows.Max(row => row.Length);
    }

    /// <summary>Lays pairs out.</summary>
    /// <param name="pairs">The pairs.</param>
    /// <param name="mixture">Lengths at most.</param>
    /// <param name="random">Draws what is masked.</param>
    public RowBatch Of(IReadOnlyList<TrainingPair> pairs, Mixture mixture, Random random)
    {
        int[][] rows = [.. pairs.SelectMany(pair => Rows(pair, mixture))];
        if (shape == BaselineShape.Mlm)
        {
            return Masked(rows, random);
        }

        long[] targets = shape == BaselineShape.SummaReranker ? [.. pairs.Select(pair => (long)LabelOf(pair.Tag))] : [];
        return RowBatch.Of(rows, new int[rows.Length], targets, pairs.Count);
    }

    private int LabelOf(string tag)
    {
        for (int i = 0; i < labels.Count; i++)
        {
            if (labels[i] == tag)
            {
                return i;
            }
        }

        throw new ArgumentException($"\"{tag}\" is not a label; known are {string.Join(", ", labels)}", nameof(tag));
    }

    private int[][] Rows(TrainingPair pair, Mixture mixture)
    {
        var (source, better, worse) = (
            Cut(pair.Source, mixture.SourceMaxLength), Cut(pair.Better, mixture.CandidateMaxLength), Cut(pair.Worse, mixture.CandidateMaxLength));
        return shape switch
        {
            BaselineShape.SummaReranker => [[cls, .. source, sep, .. better, sep], [cls, .. source, sep, .. worse, sep]],
            BaselineShape.SimCls => [[cls, .. source, sep], [cls, .. better, sep], [cls, .. worse, sep]],
            _ => [[cls, .. better, sep]],
        };
    }

    // As many in each row, so that the batch is one tensor: rows of a batch are about equally long. Of the tokens asked for, eight in
    // ten are masked, one is another and one stays (Devlin et al. 2019).
    private RowBatch Masked(int[][] rows, Random random)
    {
        int each = Math.Max(1, (int)Math.Round(maskShare * (rows.Min(row => row.Length) - 2)));
        var (positions, targets) = (new int[rows.Length * each], new long[rows.Length * each]);
        for (int row = 0; row < rows.Length; row++)
        {
            int[] places = [.. Enumerable.Range(0, rows[row].Length - 2).Select(i => i + 1)];
            random.Shuffle(places);
            Array.Sort(places, 0, each);
            for (int i = 0; i < each; i++)
            {
                int place = places[i];
                (positions[row * each + i], targets[row * each + i]) = (place, rows[row][place]);
                rows[row][place] = random.Next(10) switch { 0 => rows[row][place], 1 => random.Next(vocabulary), _ => mask };
            }
        }

        return RowBatch.Of(rows, positions, targets, positions.Length);
    }

    // An empty text has nothing to mask: a [SEP] stands in for it.
    private int[] Cut(int[] text, int limit) => text.Length == 0 ? [sep] : text.Length <= limit ? text : text[..limit];
}
