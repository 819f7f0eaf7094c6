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
            double[,] curvature = new double[size, size];
            foreach (double[] x in differences)
            {
                double wrong = 1 / (1 + Math.Exp(Dot(weights, x)));
                for (int i = 0; i < size; i++)
                {
                    gradient[i] -= wrong * x[i];
                    for (int j = 0; j <= i; j++)
                    {
                        curvature[i, j] += wrong * (1 - wrong) * x[i] * x[j];
                    }
                }
            }

            for (int i = 0; i < size; i++)
            {
                curvature[i, i] += ridge;
            }

            double[] step = Solve(curvature, gradient);
            for (int i = 0; i < size; i++)
            {
                weights[i] -= step[i];
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

    // Cholesky's decomposition of a symmetric positive definite matrix, whose lower half is given and overwritten.
    private static double[] Solve(double[,] matrix, double[] right)
    {
        int n = right.Length;
        double[] x = [.. right];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j <= i; j++)
            {
                double sum = matrix[i, j];
                for (int k = 0; k < j; k++)
                {
                    sum -= matrix[i, k] * matrix[j, k];
                }

                matrix[i, j] = i == j ? Math.Sqrt(sum) : sum / matrix[j, j];
            }

            for (int k = 0; k < i; k++)
            {
                x[i] -= matrix[i, k] * x[k];
            }

            x[i] /= matrix[i, i];
        }

        for (int i = n - 1; i >= 0; i--)
        {
            for (int k = i + 1; k < n; k++)
            {
                x[i] -= matrix[k, i] * x[k];
            }

            x[i] /= matrix[i, i];
        }

        return x;
    }
}
