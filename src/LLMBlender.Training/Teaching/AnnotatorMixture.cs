namespace LLMBlender.Training.Teaching;

/// <summary>
/// Which crowd would have judged a pair: multinomial logistic regression on the pieces of the source and, apart, of both answers
/// together, so that the answers' order says nothing. Piece weights are (1 + log count)·rarity, scaled to length 1.
/// </summary>
internal sealed class AnnotatorMixture
{
    private const int Epochs = 6;
    private const double Rate = 0.5;
    private readonly PieceTable pieces;
    private readonly int crowds;
    private readonly double[] weights;

    private AnnotatorMixture(PieceTable pieces, int crowds)
    {
        this.pieces = pieces;
        this.crowds = crowds;
        weights = new double[(2 * pieces.Count + 1) * crowds];
    }

    /// <summary>Fits a gate by AdaGrad (Duchi, Hazan and Singer 2011) over shuffled epochs.</summary>
    /// <param name="pieces">Rarity of pieces.</param>
    /// <param name="examples">Source, both answers and crowd of each pair.</param>
    /// <param name="crowds">Number of crowds.</param>
    /// <param name="seed">Of the order.</param>
    public static AnnotatorMixture Fit(
        PieceTable pieces, IReadOnlyList<(int[] Source, int[] First, int[] Second, int Crowd)> examples, int crowds, int seed)
    {
        var gate = new AnnotatorMixture(pieces, crowds);
        var inputs = examples.Select(example => gate.Input(example.Source, example.First, example.Second)).ToArray();
        double[] squares = new double[gate.weights.Length];
        int[] order = [.. Enumerable.Range(0, inputs.Length)];
        var random = new Random(seed);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            random.Shuffle(order);
            foreach (int i in order)
            {
                gate.Learn(inputs[i], examples[i].Crowd, squares);
            }
        }

        return gate;
    }

    /// <summary>Probability of each crowd.</summary>
    public double[] Shares(int[] source, int[] first, int[] second) => Shares(Input(source, first, second));

    private double[] Shares((int Row, double Value)[] input)
    {
        double[] scores = new double[crowds];
        foreach (var (row, value) in input)
        {
            for (int k = 0; k < crowds; k++)
            {
                scores[k] += value * weights[row * crowds + k];
            }
        }

        double most = scores.Max();
        double[] powers = [.. scores.Select(score => Math.Exp(score - most))];
        double total = powers.Sum();
        return [.. powers.Select(power => power / total)];
    }

    private void Learn((int Row, double Value)[] input, int crowd, double[] squares)
    {
        double[] shares = Shares(input);
        foreach (var (row, value) in input)
        {
            for (int k = 0; k < crowds; k++)
            {
                int at = row * crowds + k;
                double gradient = value * (shares[k] - (k == crowd ? 1 : 0));
                squares[at] += gradient * gradient;
                weights[at] -= Rate * gradient / (Math.Sqrt(squares[at]) + 1e-3);
            }
        }
    }

    private (int Row, double Value)[] Input(int[] source, int[] first, int[] second) =>
        [.. Bag(source, 0), .. Bag([.. first, .. second], pieces.Count), (2 * pieces.Count, 1)];

    private (int Row, double Value)[] Bag(int[] text, int offset)
    {
        var bag = text.CountBy(piece => piece)
            .Select(entry => (Row: offset + entry.Key, Value: (1 + Math.Log(entry.Value)) * pieces.Rarity(entry.Key)))
            .OrderBy(entry => entry.Row).ToArray();
        double norm = Math.Sqrt(bag.Sum(entry => entry.Value * entry.Value)) + 1e-9;
        return [.. bag.Select(entry => (entry.Row, entry.Value / norm))];
    }
}
