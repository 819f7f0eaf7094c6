using LLMBlender.Core.Routing;
using LLMBlender.Evaluation.Staging;
using MathNet.Numerics.LinearAlgebra;

namespace LLMBlender.Evaluation.Routing;

/// <summary>
/// Fits a route to ranked answers: for each member a ridge regression of the share with which the ranker prefers its answer (Luce's rule over all answers to
/// the question), with the penalty of the least generalised cross-validation error (Golub, Heath and Wahba 1979). No labels of people are used.
/// </summary>
public static class RouteFit
{
    // Of the largest eigenvalue: below it, a direction has no variance but rounding.
    private const double Negligible = 1e-10;

    // From no penalty that matters to one that leaves the mean.
    private static readonly double[] Penalties = [.. Enumerable.Range(-2, 9).Select(static power => Math.Pow(10, power))];

    /// <summary>Fits.</summary>
    /// <param name="questions">The questions, at least two.</param>
    /// <param name="temperature">The ranker's temperature, above 0.</param>
    /// <exception cref="ArgumentException">There are fewer than two questions.</exception>
    public static RouteModel Of(IReadOnlyList<RoutedQuestion> questions, double temperature)
    {
        ArgumentNullException.ThrowIfNull(questions);
        if (questions.Count < 2)
        {
            throw new ArgumentException($"there are {questions.Count} questions, and at least 2 are needed", nameof(questions));
        }

        var width = questions[0].Features.Length;
        var mean = new float[width];
        foreach (var question in questions)
        {
            for (var i = 0; i < width; i++)
            {
                mean[i] += question.Features[i] / questions.Count;
            }
        }

        var shares = questions.Select(question => question.Set.Models.Zip(question.Set.Shares(temperature)).ToDictionary(StringComparer.Ordinal)).ToArray();
        return new RouteModel(mean,
        [
            .. shares.SelectMany(static share => share.Keys).Distinct(StringComparer.Ordinal).Select(member => Member(
                member,
                [.. questions.Zip(shares).Where(pair => pair.Second.ContainsKey(member)).Select(pair => (pair.First.Features, pair.Second[member]))],
                mean)),
        ]);
    }

    private static RoutedMember Member(string name, (float[] Features, double Share)[] answers, float[] mean)
    {
        var share = answers.Average(static answer => answer.Share);
        var x = Matrix<double>.Build.Dense(answers.Length, mean.Length, (row, i) => (double)answers[row].Features[i] - mean[i]);
        var y = Vector<double>.Build.Dense(answers.Length, row => answers[row].Share - share);

        // XᵀX = V Λ Vᵀ. Along each v a ridge regression keeps Λ / (Λ + penalty) of what least squares explains.
        var decomposed = x.TransposeThisAndMultiply(x).Evd(Symmetricity.Symmetric);
        var (v, values) = (decomposed.EigenVectors, decomposed.EigenValues.Map(static value => Math.Max(value.Real, 0)));
        var explained = v.TransposeThisAndMultiply(x.TransposeThisAndMultiply(y));
        var penalty = Penalties.MinBy(penalty => Error(explained, values, y, penalty));
        return new RoutedMember(name, share, [.. (v * explained.PointwiseDivide(values + penalty)).Select(static weight => (float)weight)]);
    }

    private static double Error(Vector<double> explained, Vector<double> values, Vector<double> y, double penalty)
    {
        // The mean is a fitted parameter as well.
        var (residual, freedom) = (y.DotProduct(y), y.Count - 1.0);
        for (var i = 0; i < values.Count; i++)
        {
            var kept = values[i] / (values[i] + penalty);
            residual -= values[i] > Negligible * values.Maximum() ? explained[i] * explained[i] / values[i] * (1 - ((1 - kept) * (1 - kept))) : 0;
            freedom -= kept;
        }

        return freedom < 1 ? double.PositiveInfinity : residual / (freedom * freedom);
    }
}

/// <summary>A question with ranked answers.</summary>
/// <param name="Set">The answers.</param>
/// <param name="Features">The question's features.</param>
public sealed record RoutedQuestion(JudgedSet Set, float[] Features);
