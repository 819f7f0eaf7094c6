using LLMBlender.Training.Data;

namespace LLMBlender.Training.Teaching;

/// <summary>
/// A linear preference model whose logits are training labels: Σ_k P(crowd k | pair)·w_k·(features of A − features of B). With few
/// features an answer it cannot fit single pairs, so its labels generalize a small set of noisy labels without their noise.
/// </summary>
/// <remarks>Four-fold cross-fitting: each fit excludes a quarter of the sources, and a pair's label is from the fit that excludes its source.</remarks>
internal sealed class Teacher
{
    private const int Folds = 4;
    private const int FoldPieces = 12;
    private const double Most = 4;
    private readonly AnswerFeatures features;
    private readonly double[] scales;
    private readonly (AnnotatorMixture Gate, double[][] Weights)[] fits;

    /// <param name="pools">Judged pairs by tag.</param>
    /// <param name="texts">Text of each piece, by id.</param>
    /// <param name="documents">Texts that pieces are counted in.</param>
    /// <param name="options">Crowds and ridge.</param>
    /// <exception cref="DataException">A crowd names a tag without pairs.</exception>
    public Teacher(
        IReadOnlyDictionary<string, List<TrainingPair>> pools, IReadOnlyList<string> texts, IEnumerable<int[]> documents, TeacherOptions options)
    {
        var pieces = new PieceTable(texts, documents);
        Ends = new SentenceEnds(pieces);
        features = new AnswerFeatures(pieces, Id(texts, "Human"), Id(texts, ":"));
        Crowds = [.. options.Crowds.Keys.Order(StringComparer.Ordinal)];
        var examples = Crowds.SelectMany((name, crowd) => options.Crowds[name].SelectMany(tag => Tagged(pools, tag)).Select(pair => (Pair: pair, Crowd: crowd)))
            .ToArray();
        double[][] differences = [.. examples.AsParallel().AsOrdered().Select(example => Difference(example.Pair.Source, example.Pair.Better, example.Pair.Worse))];
        scales = [.. Enumerable.Range(0, AnswerFeatures.Count).Select(i => Math.Sqrt(differences.Average(x => x[i] * x[i])) + 1e-6)];
        foreach (double[] x in differences)
        {
            Scale(x);
        }

        fits = [.. Enumerable.Range(0, Folds).AsParallel().AsOrdered().Select(fold =>
        {
            int[] chosen = [.. Enumerable.Range(0, examples.Length).Where(i => Fold(examples[i].Pair.Source) != fold)];
            var gate = AnnotatorMixture.Fit(
                pieces, [.. chosen.Select(i => (examples[i].Pair.Source, examples[i].Pair.Better, examples[i].Pair.Worse, examples[i].Crowd))],
                Crowds.Count, fold);
            double[][] weights = [.. Crowds.Select((_, crowd) => LinearPreference.Fit(
                [.. chosen.Where(i => examples[i].Crowd == crowd).Select(i => differences[i])], AnswerFeatures.Count, options.Ridge))];
            return (gate, weights);
        })];
    }

    /// <summary>Sentence ends, with the same pieces.</summary>
    public SentenceEnds Ends { get; }

    /// <summary>Names of the crowds, in the order of <see cref="TeacherLabel"/>.</summary>
    public IReadOnlyList<string> Crowds { get; }

    /// <summary>Returns the label of two answers to a source.</summary>
    public TeacherLabel Of(int[] source, int[] first, int[] second)
    {
        var (gate, weights) = fits[Fold(source)];
        double[] difference = Scale(Difference(source, first, second));
        double[] shares = gate.Shares(source, first, second);
        double[] logits = [.. weights.Select(w => Math.Clamp(LinearPreference.Dot(w, difference), -Most, Most))];
        return new TeacherLabel(
            LinearPreference.Dot(shares, logits),
            [.. logits.Select(logit => (float)logit), .. difference.Select(x => (float)Math.Clamp(x, -Most, Most))],
            [.. shares.Select(share => (float)share)]);
    }

    private double[] Difference(int[] source, int[] first, int[] second)
    {
        double[] difference = features.Of(source, first);
        double[] other = features.Of(source, second);
        for (int i = 0; i < difference.Length; i++)
        {
            difference[i] -= other[i];
        }

        return difference;
    }

    private double[] Scale(double[] difference)
    {
        for (int i = 0; i < difference.Length; i++)
        {
            difference[i] /= scales[i];
        }

        return difference;
    }

    // Dialogues with the same beginning are in the same fold.
    private static int Fold(int[] source) =>
        (int)(Seeds.Mix([.. source.Take(FoldPieces).Select(piece => (ulong)piece)]) % Folds);

    private static List<TrainingPair> Tagged(IReadOnlyDictionary<string, List<TrainingPair>> pools, string tag) =>
        pools.TryGetValue(tag, out var pairs)
            ? pairs
            : throw new DataException($"teacher: crowds names {tag}, of which there are no pairs; there are {string.Join(", ", pools.Keys.Order())}");

    private static int Id(IReadOnlyList<string> texts, string text)
    {
        for (int i = 0; i < texts.Count; i++)
        {
            if (texts[i].Trim() == text)
            {
                return i;
            }
        }

        return -1;
    }
}
