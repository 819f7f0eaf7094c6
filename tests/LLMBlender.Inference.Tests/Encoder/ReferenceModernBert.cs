using LLMBlender.TestKit;

namespace LLMBlender.Inference.Tests.Encoder;

/// <summary>
/// ModernBERT written a second time, in double precision and from transformers' definition: one row at a time, without padding or masks.
/// A bias is added if the tensor exists.
/// </summary>
/// <param name="checkpoint">Config and tensors.</param>
/// <param name="prefix">The prefix of the encoder's tensor names.</param>
internal sealed class ReferenceModernBert(ModernBertCheckpoint checkpoint, string prefix)
{
    private readonly int heads = checkpoint.Config["num_attention_heads"]!.GetValue<int>();

    /// <summary>The hidden states of a row after the embedding and each layer, [layer][token][hidden]; the last has the final norm.</summary>
    public double[][][] AllStates(int[] ids)
    {
        var words = checkpoint.Tensors[prefix + "embeddings.tok_embeddings.weight"].Values;
        var x = new double[ids.Length][];
        for (var t = 0; t < ids.Length; t++)
        {
            x[t] = new double[ModernBertCheckpoint.Hidden];
            for (var d = 0; d < x[t].Length; d++)
            {
                x[t][d] = words[(ids[t] * x[t].Length) + d];
            }
        }

        x = Each(x, row => Norm(row, prefix + "embeddings.norm"));
        List<double[][]> states = [x];
        for (var layer = 0; layer < ModernBertCheckpoint.Layers; layer++)
        {
            x = Layer(x, layer);
            states.Add(x);
        }

        states[^1] = Each(x, row => Norm(row, prefix + "final_norm"));
        return [.. states];
    }

    /// <summary>The last hidden states of a row, [token][hidden].</summary>
    public double[][] States(int[] ids) => AllStates(ids)[^1];

    /// <summary>The output of the layer that precedes a classifier's or a masked language model's output.</summary>
    public double[] Head(double[] state) => Norm([.. Dense(state, "head.dense").Select(Gelu)], "head.norm");

    /// <summary>(x − mean) / √(variance + ε) · weight + bias.</summary>
    public double[] Norm(double[] x, string name)
    {
        var mean = x.Average();
        var variance = x.Sum(value => (value - mean) * (value - mean)) / x.Length;
        var deviation = Math.Sqrt(variance + checkpoint.Config["norm_eps"]!.GetValue<double>());
        var weight = checkpoint.Tensors[name + ".weight"].Values;
        var y = new double[x.Length];
        for (var i = 0; i < x.Length; i++)
        {
            y[i] = ((x[i] - mean) / deviation * weight[i]) + Bias(name, i);
        }

        return y;
    }

    /// <summary>W·x + b.</summary>
    public double[] Dense(double[] x, string name)
    {
        var (shape, weight) = checkpoint.Tensors[name + ".weight"];
        var y = new double[shape[0]];
        for (var o = 0; o < y.Length; o++)
        {
            y[o] = Bias(name, o);
            for (var i = 0; i < x.Length; i++)
            {
                y[o] += weight[(o * x.Length) + i] * x[i];
            }
        }

        return y;
    }

    /// <summary>x·Φ(x), Φ the normal distribution.</summary>
    public static double Gelu(double x) => x * (1 + Erf(x / Math.Sqrt(2))) / 2;

    private double[][] Layer(double[][] x, int layer)
    {
        var name = $"{prefix}layers.{layer}.";
        var normed = layer == 0 ? x : Each(x, row => Norm(row, name + "attn_norm"));
        var attended = Attend(Each(normed, row => Dense(row, name + "attn.Wqkv")), IsLocal(layer));
        x = Sum(x, Each(attended, row => Dense(row, name + "attn.Wo")));
        return Sum(x, Each(x, row =>
        {
            var wide = Dense(Norm(row, name + "mlp_norm"), name + "mlp.Wi");
            var gated = new double[wide.Length / 2];
            for (var i = 0; i < gated.Length; i++)
            {
                gated[i] = Gelu(wide[i]) * wide[gated.Length + i];
            }

            return Dense(gated, name + "mlp.Wo");
        }));
    }

    private bool IsLocal(int layer) => checkpoint.Config["layer_types"] is { } types
        ? types[layer]!.GetValue<string>() == "sliding_attention"
        : layer % checkpoint.Config["global_attn_every_n_layers"]!.GetValue<int>() != 0;

    // A row of the projection holds queries, keys and values, each of all heads.
    private double[][] Attend(double[][] projected, bool isLocal)
    {
        int hidden = ModernBertCheckpoint.Hidden, size = hidden / heads, count = projected.Length;
        var theta = checkpoint.Config[isLocal ? "local_rope_theta" : "global_rope_theta"]!.GetValue<double>();
        var reach = isLocal ? checkpoint.Config["local_attention"]!.GetValue<int>() / 2 : count;
        var context = Each(projected, _ => new double[hidden]);
        for (var head = 0; head < heads; head++)
        {
            double[] Section(int token, int part) => projected[token][((part * hidden) + (head * size))..((part * hidden) + ((head + 1) * size))];
            for (var i = 0; i < count; i++)
            {
                var query = Rotate(Section(i, 0), i, theta);
                var (first, last) = (Math.Max(0, i - reach), Math.Min(count - 1, i + reach));
                var weights = new double[count];
                var total = 0.0;
                for (var j = first; j <= last; j++)
                {
                    var key = Rotate(Section(j, 1), j, theta);
                    weights[j] = Math.Exp(query.Zip(key, (a, b) => a * b).Sum() / Math.Sqrt(size));
                    total += weights[j];
                }

                for (var j = first; j <= last; j++)
                {
                    var value = Section(j, 2);
                    for (var d = 0; d < size; d++)
                    {
                        context[i][(head * size) + d] += weights[j] / total * value[d];
                    }
                }
            }
        }

        return context;
    }

    // The pair (d, d + half) as a complex number, multiplied by e^(i·position·θ^(−2d/size)).
    private static double[] Rotate(double[] x, int position, double theta)
    {
        var half = x.Length / 2;
        var rotated = new double[x.Length];
        for (var d = 0; d < half; d++)
        {
            var product = new System.Numerics.Complex(x[d], x[d + half])
                * System.Numerics.Complex.FromPolarCoordinates(1, position / Math.Pow(theta, 2.0 * d / x.Length));
            (rotated[d], rotated[d + half]) = (product.Real, product.Imaginary);
        }

        return rotated;
    }

    // The Taylor series, which loses accuracy for large numbers; for those, the continued fraction of 1 − erf.
    private static double Erf(double x)
    {
        var z = Math.Abs(x);
        if (z > 3)
        {
            var fraction = 1.0;
            for (var n = 80; n > 0; n--)
            {
                fraction = 1 + (n / (2 * z * z) / fraction);
            }

            return Math.Sign(x) * (1 - (Math.Exp(-z * z) / (z * Math.Sqrt(Math.PI) * fraction)));
        }

        var (sum, term) = (x, x);
        for (var n = 1; n < 100; n++)
        {
            term *= -x * x / n;
            sum += term / ((2 * n) + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private double Bias(string name, int index) => checkpoint.Tensors.TryGetValue(name + ".bias", out var bias) ? bias.Values[index] : 0;

    private static double[][] Each(double[][] rows, Func<double[], double[]> function) => [.. rows.Select(function)];

    private static double[][] Sum(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (p, q) => p + q).ToArray())];
}
