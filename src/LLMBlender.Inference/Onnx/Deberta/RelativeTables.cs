using System.Runtime.Intrinsics;

namespace LLMBlender.Inference.Onnx.Deberta;

/// <summary>
/// The projections of DeBERTa's relative table, which the reference computes in every forward pass although they do not depend on the
/// input: posK = R·W_kᵀ + b_k and posQ = R·W_qᵀ + b_q, times the score scale, in the layout that the graph multiplies.
/// </summary>
internal static class RelativeTables
{
    /// <summary>R: the relative table, normalised if the config requires it; [2·span, hidden].</summary>
    /// <param name="table">The checkpoint's rows; overwritten.</param>
    /// <param name="hidden">Their width.</param>
    /// <param name="norm">Weight and bias of the norm, or null for none.</param>
    /// <param name="epsilon">The epsilon of the norm.</param>
    public static float[] Normalise(float[] table, int hidden, (float[] Weight, float[] Bias)? norm, double epsilon)
    {
        for (var start = 0; norm is var (weight, bias) && start < table.Length; start += hidden)
        {
            var row = table.AsSpan(start, hidden);
            double mean = 0, variance = 0;
            foreach (var x in row)
            {
                mean += x / (double)hidden;
            }

            foreach (var x in row)
            {
                variance += (x - mean) * (x - mean) / hidden;
            }

            var factor = 1 / Math.Sqrt(variance + epsilon);
            for (var i = 0; i < hidden; i++)
            {
                row[i] = (float)((row[i] - mean) * factor * weight[i] + bias[i]);
            }
        }

        return table;
    }

    /// <summary>
    /// scale·(R·Wᵀ + b), [rows, heads·headSize], as [heads, headSize, rows] when <paramref name="rowsLast"/>, else as
    /// [heads, rows, headSize].
    /// </summary>
    public static float[] Project(
        float[] table, int hidden, float[] weight, float[] bias, int headSize, double scale, bool rowsLast)
    {
        var rows = table.Length / hidden;
        var result = new float[rows * bias.Length];
        Parallel.For(0, bias.Length, output =>
        {
            var (head, within) = Math.DivRem(output, headSize);
            var w = weight.AsSpan(output * hidden, hidden);
            for (var row = 0; row < rows; row++)
            {
                var value = (float)(scale * (Dot(table.AsSpan(row * hidden, hidden), w) + bias[output]));
                result[rowsLast ? output * rows + row : (head * rows + row) * headSize + within] = value;
            }
        });
        return result;
    }

    // Products of singles are exact in doubles and the order of summation is fixed: the same bytes on every machine.
    private static double Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector256<double> low = default, high = default;
        var i = 0;
        for (; i + 8 <= a.Length; i += 8)
        {
            var (aLow, aHigh) = Vector256.Widen(Vector256.Create(a[i..]));
            var (bLow, bHigh) = Vector256.Widen(Vector256.Create(b[i..]));
            low += aLow * bLow;
            high += aHigh * bHigh;
        }

        var lanes = low + high;
        var sum = lanes[0] + lanes[1] + lanes[2] + lanes[3];
        for (; i < a.Length; i++)
        {
            sum += (double)a[i] * b[i];
        }

        return sum;
    }
}
