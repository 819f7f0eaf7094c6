using LLMBlender.Core.Ranking;

namespace LLMBlender.Training.Teaching;

/// <summary>Logistic regression without intercept on differences of features, by Newton's method with a ridge.</summary>
internal static class LinearPreference
{
    private const int Iterations = 12;

    /// <summary>Weights w that minimise Σ log(1 + exp(−w·x)) + ridge/2·|w|²: every x is a better answer's features less a worse one's.</summary>
    /// <param name="differences">One vector of equal length a pair.</param>
    /// <param name="size">That length.</param>
    /// <param name="ridge">Above 0, so that the minimum is unique.</param>
    public static double[] Fit(IReadOnlyList<double[]> differences, int size, double ridge)
    {
        double[] weights = new double[size];
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            double[] gradient = [.. weights.Select(weight => ridge * weight)];
            double[] curvature = new double[size * size];
            foreach (double[] x in differences)
            {
                double wrong = 1 / (1 + Math.Exp(Dot(weights, x)));
                for (int i = 0; i < size; i++)
                {
                    gradient[i] -= wrong * x[i];
                    for (int j = 0; j <= i; j++)
                    {
                        curvature[i * size + j] += wrong * (1 - wrong) * x[i] * x[j];
                    }
                }
            }

            for (int i = 0; i < size; i++)
            {
                curvature[i * size + i] += ridge;
            }

            Cholesky.Decompose(curvature, size);
            Cholesky.Solve(curvature, size, gradient);
            for (int i = 0; i < size; i++)
            {
                weights[i] -= gradient[i];
            }
        }

        return weights;
    }

    public static double Dot(double[] a, double[] b)
    {
        double sum = 0;
        for (int i = 0; i < a.Length; i++)
        {
            sum += a[i] * b[i];
        }

        return sum;
    }
}
