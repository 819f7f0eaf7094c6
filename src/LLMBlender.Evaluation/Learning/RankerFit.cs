using LLMBlender.Core.Evaluation;
using MathNet.Numerics.LinearAlgebra;

namespace LLMBlender.Evaluation.Learning;

/// <summary>
/// Distils a judge's verdicts into a reward model's last layer: the change of its weights that makes the verdicts most likely (Bradley and Terry 1952), held near 0
/// by a quadratic penalty. The penalty and the temperature are chosen on other questions, and whether the changed ranker is better is measured on a third part.
/// </summary>
/// <param name="Change">What is added to the weight of each feature.</param>
/// <param name="Penalty">The penalty, per question.</param>
/// <param name="Temperature">The temperature of the changed ranker.</param>
/// <param name="TemperaturePairs">The number of pairs that it was fitted to.</param>
/// <param name="Questions">The number of questions that the result is measured on.</param>
/// <param name="Before">The share of their pairs that the ranker orders as the judge does.</param>
/// <param name="After">The same of the changed ranker.</param>
/// <param name="LossDifference">The log loss of the changed ranker less that of the ranker, in nats by question.</param>
public sealed record RankerFit(
    float[] Change, double Penalty, double Temperature, int TemperaturePairs, int Questions, Interval Before, Interval After, Interval LossDifference)
{
    /// <summary>The least number of questions.</summary>
    public const int MinQuestions = 30;

    private const ulong Seed = 1;
    private const int Parts = 3;
    private const int Steps = 12;
    private static readonly double[] Penalties = [100, 10, 1, 0.1, 0.01];

    /// <summary>Whether the changed ranker is better: its log loss is lower, by the whole 95 % interval.</summary>
    public bool IsBetter => LossDifference.High < 0;

    /// <summary>Fits and measures.</summary>
    /// <param name="lessons">Questions; those without a pair that the judge decides are left out.</param>
    /// <param name="temperature">The ranker's temperature, above 0.</param>
    /// <param name="cancellationToken">Checked before each step.</param>
    /// <exception cref="ArgumentException">There are too few questions.</exception>
    public static RankerFit Of(IReadOnlyList<RankerLesson> lessons, double temperature, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lessons);
        RankerLesson[] decided = [.. lessons.Where(static lesson => lesson.Pairs.Count > 0)];
        if (decided.Length < MinQuestions)
        {
            throw new ArgumentException($"the judge orders answers to {decided.Length} questions, and at least {MinQuestions} are needed", nameof(lessons));
        }

        var parts = Enumerable.Range(0, Parts).Select(part => decided.Where((_, i) => i % Parts == part).ToArray()).ToArray();
        var differences = Differences(parts[0]);
        var (best, loss, penalty) = (new float[differences.ColumnCount], Loss(parts[1], null, temperature), double.PositiveInfinity);
        foreach (var tried in Penalties)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var change = Fit(parts[0], differences, temperature, tried * parts[0].Length, cancellationToken);
            if (Loss(parts[1], change, temperature) is var lower && lower < loss)
            {
                (best, loss, penalty) = (change, lower, tried);
            }
        }

        var after = Temper(parts[1], best, temperature);
        var bootstrap = new Bootstrap(parts[2].Length, Seed);
        return new RankerFit(
            best,
            penalty,
            after,
            parts[1].Sum(static lesson => lesson.Pairs.Count),
            parts[2].Length,
            bootstrap.Mean([.. parts[2].Select(static lesson => Right(lesson, null))]),
            bootstrap.Mean([.. parts[2].Select(lesson => Right(lesson, best))]),
            bootstrap.Mean([.. parts[2].Select(lesson => Loss([lesson], best, after) - Loss([lesson], null, temperature))]));
    }

    // Pairs that are all ordered as judged, or no better than chance, tell no temperature.
    private static double Temper(RankerLesson[] lessons, float[] change, double otherwise)
    {
        try
        {
            return TemperatureScaling.Fit([.. lessons.SelectMany(lesson => lesson.Pairs.Select(pair => (Logit(lesson, pair, change), 1.0)))]).Temperature;
        }
        catch (ArgumentException)
        {
            return otherwise;
        }
    }

    // A row for each pair: the features of the better answer less those of the worse one.
    private static Matrix<double> Differences(RankerLesson[] lessons)
    {
        var rows = lessons.SelectMany(static lesson => lesson.Pairs.Select(pair => (lesson, pair))).ToArray();
        return Matrix<double>.Build.Dense(
            rows.Length, lessons[0].Features[0].Length, (row, i) => (double)rows[row].lesson.Features[rows[row].pair.Better][i] - rows[row].lesson.Features[rows[row].pair.Worse][i]);
    }

    // Newton's method; each question counts once, however many pairs it has.
    private static float[] Fit(RankerLesson[] lessons, Matrix<double> differences, double temperature, double penalty, CancellationToken cancellationToken)
    {
        double[] weights = [.. lessons.SelectMany(static lesson => lesson.Pairs.Select(_ => 1.0 / lesson.Pairs.Count))];
        var known = Vector<double>.Build.Dense([.. lessons.SelectMany(static lesson => lesson.Pairs.Select(pair => Logit(lesson, pair, null)))]);
        var change = Vector<double>.Build.Dense(differences.ColumnCount);
        for (var step = 0; step < Steps; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var wrong = ((known + (differences * change)) / temperature).Map(static logit => 1 / (1 + Math.Exp(logit)), Zeros.Include);
            var slope = differences.TransposeThisAndMultiply(wrong.MapIndexed((row, p) => weights[row] * p / temperature, Zeros.Include)) - (penalty * change);
            var curve = wrong.MapIndexed((row, p) => Math.Sqrt(weights[row] * p * (1 - p)) / temperature, Zeros.Include);
            var scaled = differences.MapIndexed((row, _, value) => value * curve[row]);
            var hessian = scaled.TransposeThisAndMultiply(scaled) + (penalty * Matrix<double>.Build.DenseIdentity(differences.ColumnCount));
            var move = hessian.Cholesky().Solve(slope);
            change += move;
            if (move.L2Norm() < 1e-6 * (1 + change.L2Norm()))
            {
                break;
            }
        }

        return [.. change.Select(static value => (float)value)];
    }

    private static double Loss(RankerLesson[] lessons, float[]? change, double temperature) =>
        lessons.Average(lesson => lesson.Pairs.Average(pair => Math.Log(1 + Math.Exp(-Logit(lesson, pair, change) / temperature))));

    private static double Right(RankerLesson lesson, float[]? change) => lesson.Pairs.Average(pair => Logit(lesson, pair, change) switch { > 0 => 1, 0 => 0.5, _ => 0.0 });

    private static double Logit(RankerLesson lesson, (int Better, int Worse) pair, float[]? change)
    {
        var logit = (double)lesson.Scores[pair.Better] - lesson.Scores[pair.Worse];
        if (change is not null)
        {
            var (better, worse) = (lesson.Features[pair.Better], lesson.Features[pair.Worse]);
            for (var i = 0; i < change.Length; i++)
            {
                logit += change[i] * ((double)better[i] - worse[i]);
            }
        }

        return logit;
    }
}
