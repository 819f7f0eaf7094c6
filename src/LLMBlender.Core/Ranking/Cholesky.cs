using System.Numerics.Tensors;

namespace LLMBlender.Core.Ranking;

/// <summary>Cholesky factorization of symmetric positive definite matrices, row-major, in place.</summary>
public static class Cholesky
{
    /// <summary>Overwrites the lower half with L of A = L·Lᵀ.</summary>
    /// <returns>log det A.</returns>
    public static double Decompose(double[] a, int n)
    {
        var log = 0.0;
        for (var i = 0; i < n; i++)
        {
            var row = a.AsSpan(i * n, n);
            for (var j = 0; j <= i; j++)
            {
                var sum = row[j] - TensorPrimitives.Dot(row[..j], a.AsSpan(j * n, j));
                row[j] = i == j ? Math.Sqrt(sum) : sum / a[(j * n) + j];
            }

            log += 2 * Math.Log(row[i]);
        }

        return log;
    }

    /// <summary>Overwrites <paramref name="x"/> with A⁻¹·x, given L.</summary>
    public static void Solve(double[] l, int n, Span<double> x)
    {
        for (var i = 0; i < n; i++)
        {
            x[i] = (x[i] - TensorPrimitives.Dot(l.AsSpan(i * n, i), x[..i])) / l[(i * n) + i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            x[i] /= l[(i * n) + i];
            for (var j = 0; j < i; j++)
            {
                x[j] -= l[(i * n) + j] * x[i];
            }
        }
    }

    /// <summary>A⁻¹, given L.</summary>
    public static double[] Invert(double[] l, int n)
    {
        var inverse = new double[n * n];
        for (var i = 0; i < n; i++)
        {
            var column = inverse.AsSpan(i * n, n);
            column[i] = 1;
            Solve(l, n, column);
        }

        return inverse;
    }
}
