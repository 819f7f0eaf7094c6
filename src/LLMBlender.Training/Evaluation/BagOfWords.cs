using LLMBlender.Training.Data;

namespace LLMBlender.Training.Evaluation;

/// <summary>
/// The baseline that a ranker must beat: logistic regression on hashed uni- and bigram counts and six dense numbers of an answer, the worse
/// answer's taken from the better one's. It knows nothing of order beyond two words, and of the source only what the answer repeats.
/// </summary>
internal sealed class BagOfWords
{
    private const int Buckets = 1 << 18;
    private const int Dense = 6;
    private const int Epochs = 3;
    private const double Rate = 0.05;
    private const double Decay = 1e-4;
    private readonly double[] weights = new double[Buckets + Dense];

    private BagOfWords()
    {
    }

    /// <summary>Fits the baseline to pairs whose better side comes first (AdaGrad, seeded order).</summary>
    public static BagOfWords Fit(IReadOnlyList<TrainingPair> pairs)
    {
        var bag = new BagOfWords();
        var differences = pairs.AsParallel().AsOrdered().Select(Difference).ToArray();
        double[] squares = new double[bag.weights.Length];
        int[] order = [.. Enumerable.Range(0, differences.Length)];
        var random = new Random(1);
        for (int epoch = 0; epoch < Epochs; epoch++)
        {
            random.Shuffle(order);
            foreach (int i in order)
            {
                bag.Learn(differences[i], squares);
            }
        }

        return bag;
    }

    /// <summary>A number for one answer; the higher of two is the better one.</summary>
    public double Score(int[] source, int[] answer) => Numbers(source, answer).Sum(number => number.Value * weights[number.Key]);

    private void Learn(Dictionary<int, double> difference, double[] squares)
    {
        double margin = difference.Sum(number => number.Value * weights[number.Key]);
        double wrong = 1 / (1 + Math.Exp(margin));
        foreach (var (at, value) in difference)
        {
            double gradient = Decay * weights[at] - wrong * value;
            squares[at] += gradient * gradient;
            weights[at] -= Rate * gradient / (Math.Sqrt(squares[at]) + 1e-6);
        }
    }

    private static Dictionary<int, double> Difference(TrainingPair pair)
    {
        var difference = Numbers(pair.Source, pair.Better);
        foreach (var (at, value) in Numbers(pair.Source, pair.Worse))
        {
            difference[at] = difference.GetValueOrDefault(at) - value;
        }

        return difference;
    }

    private static Dictionary<int, double> Numbers(int[] source, int[] answer)
    {
        HashSet<int> asked = [.. source];
        int distinct = answer.Distinct().Count();
        var numbers = answer.Zip(answer.Append(0).Skip(1), (a, b) => Seeds.Mix((ulong)a, (ulong)b + 1))
            .Concat(answer.Select(a => Seeds.Mix((ulong)a)))
            .CountBy(hash => (int)(hash % Buckets))
            .ToDictionary(count => count.Key, count => Math.Log(1 + count.Value));
        double[] dense =
        [
            Math.Log(1 + answer.Length),
            answer.Length / 100.0,
            distinct / (answer.Length + 1.0),
            answer.Count(asked.Contains) / (answer.Length + 1.0),
            answer.Distinct().Count(asked.Contains) / (asked.Count + 1.0),
            Math.Log(1 + distinct),
        ];
        for (int i = 0; i < Dense; i++)
        {
            numbers[Buckets + i] = dense[i];
        }

        return numbers;
    }
}
