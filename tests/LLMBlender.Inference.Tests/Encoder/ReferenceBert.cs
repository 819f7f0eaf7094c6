using System.Text.Json.Nodes;

namespace LLMBlender.Inference.Tests.Encoder;

/// <summary>BERT and RoBERTa once more, written for plainness: no batches, no masks, in double precision.</summary>
/// <param name="config">The config.json.</param>
/// <param name="tensors">The encoder's tensors, without a prefix.</param>
internal sealed class ReferenceBert(JsonObject config, Func<string, float[]> tensors)
{
    private readonly int hidden = config["hidden_size"]!.GetValue<int>();
    private readonly int heads = config["num_attention_heads"]!.GetValue<int>();

    /// <summary>The last hidden states of a row, [tokens][hidden].</summary>
    /// <param name="ids">The tokens; none is padding.</param>
    /// <param name="types">Their types; null where all have type 0.</param>
    public double[][] States(int[] ids, int[]? types = null)
    {
        // RoBERTa counts positions from the padding's id + 1 on.
        var first = config["model_type"]!.GetValue<string>().EndsWith("roberta", StringComparison.Ordinal) ? config["pad_token_id"]!.GetValue<int>() + 1 : 0;
        double[][] x = Norm(
            [.. ids.Select((id, i) => Sum(Row("word", id), Row("position", first + i), Row("token_type", types?[i] ?? 0)))], "embeddings.LayerNorm");
        for (var layer = 0; layer < config["num_hidden_layers"]!.GetValue<int>(); layer++)
        {
            var name = $"encoder.layer.{layer}.";
            var attended = Dense(Attend(x, name + "attention.self."), name + "attention.output.dense");
            x = Norm(Add(x, attended), name + "attention.output.LayerNorm");
            double[][] wide = [.. Dense(x, name + "intermediate.dense").Select(row => row.Select(Gelu).ToArray())];
            x = Norm(Add(x, Dense(wide, name + "output.dense")), name + "output.LayerNorm");
        }

        return x;
    }

    /// <summary>W·x + b of every row.</summary>
    public double[][] Dense(double[][] x, string name)
    {
        var (weight, bias) = (tensors(name + ".weight"), tensors(name + ".bias"));
        return [.. x.Select(row => bias.Select((b, o) => b + row.Select((value, i) => value * weight[(o * row.Length) + i]).Sum()).ToArray())];
    }

    private double[][] Attend(double[][] x, string name)
    {
        var (q, k, v) = (Dense(x, name + "query"), Dense(x, name + "key"), Dense(x, name + "value"));
        var size = hidden / heads;
        var context = x.Select(_ => new double[hidden]).ToArray();
        for (var head = 0; head < heads; head++)
        {
            var at = head * size;
            for (var i = 0; i < x.Length; i++)
            {
                double[] scores = [.. k.Select(key => Enumerable.Range(at, size).Sum(d => q[i][d] * key[d]) / Math.Sqrt(size))];
                double[] shares = [.. scores.Select(score => Math.Exp(score - scores.Max()))];
                for (var d = at; d < at + size; d++)
                {
                    context[i][d] = shares.Select((share, j) => share * v[j][d]).Sum() / shares.Sum();
                }
            }
        }

        return context;
    }

    private double[][] Norm(double[][] x, string name)
    {
        var (weight, bias) = (tensors(name + ".weight"), tensors(name + ".bias"));
        var epsilon = config["layer_norm_eps"]?.GetValue<double>() ?? 1e-12;
        return [.. x.Select(row =>
        {
            var mean = row.Average();
            var deviation = Math.Sqrt(row.Average(value => (value - mean) * (value - mean)) + epsilon);
            return row.Select((value, i) => ((value - mean) / deviation * weight[i]) + bias[i]).ToArray();
        })];
    }

    private double[] Row(string table, int index) =>
        [.. tensors($"embeddings.{table}_embeddings.weight").AsSpan(index * hidden, hidden).ToArray().Select(value => (double)value)];

    private static double[] Sum(params double[][] rows) => [.. rows[0].Select((_, i) => rows.Sum(row => row[i]))];

    private static double[][] Add(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => Sum(x, y))];

    // The error function by its Taylor series, which converges for the small numbers here.
    private static double Gelu(double x)
    {
        var z = x / Math.Sqrt(2);
        var (sum, term) = (z, z);
        for (var n = 1; n < 200; n++)
        {
            term *= -z * z / n;
            sum += term / ((2 * n) + 1);
        }

        return 0.5 * x * (1 + (Math.Abs(z) > 5 ? Math.Sign(z) : 2 / Math.Sqrt(Math.PI) * sum));
    }
}
