using LLMBlender.Inference.Checkpoints;
using LLMBlender.Inference.Onnx.T5;

namespace LLMBlender.Inference.Tests.GenFuser;

/// <summary>T5 once more, written for plainness: no cache, no batches, in double precision.</summary>
internal sealed class ReferenceT5(T5Config config, Checkpoint checkpoint)
{
    private readonly Dictionary<string, float[]> tensors = [];

    /// <summary>Logits after each decoder token, [tokens][vocabulary].</summary>
    public double[][] Logits(int[] prompt, int[] decoderIds)
    {
        var source = Stack("encoder", config.EncoderLayers, prompt, null);
        var states = Stack("decoder", config.DecoderLayers, decoderIds, source);
        var scale = config.ScalesOutput ? 1 / Math.Sqrt(config.Hidden) : 1;
        return Dense([.. states.Select(row => row.Select(x => x * scale).ToArray())], config.IsTied ? "shared.weight" : "lm_head.weight");
    }

    private double[][] Stack(string stack, int layers, int[] ids, double[][]? source)
    {
        double[][] x = [.. ids.Select(id => Tensor("shared.weight").AsSpan(id * config.Hidden, config.Hidden).ToArray().Select(w => (double)w).ToArray())];
        for (var i = 0; i < layers; i++)
        {
            var block = $"{stack}.block.{i}.layer.";
            var input = Norm(x, block + "0.layer_norm.weight");
            x = Add(x, Attend(input, input, block + "0.SelfAttention.", stack));
            if (source is not null)
            {
                x = Add(x, Attend(Norm(x, block + "1.layer_norm.weight"), source, block + "1.EncDecAttention.", null));
            }

            x = Add(x, FeedForward(x, block + (source is null ? "1." : "2.")));
        }

        return Norm(x, stack + ".final_layer_norm.weight");
    }

    private double[][] Attend(double[][] asking, double[][] asked, string name, string? stack)
    {
        var (q, k, v) = (Dense(asking, name + "q.weight"), Dense(asked, name + "k.weight"), Dense(asked, name + "v.weight"));
        var context = asking.Select(_ => new double[config.AttentionWidth]).ToArray();
        for (var head = 0; head < config.Heads; head++)
        {
            var at = head * config.HeadSize;
            for (var i = 0; i < q.Length; i++)
            {
                var seen = stack is "decoder" ? i + 1 : k.Length;
                var scores = Enumerable.Range(0, seen).Select(j =>
                    Enumerable.Range(at, config.HeadSize).Sum(d => q[i][d] * k[j][d]) + (stack is null ? 0 : Bias(stack, j - i, head))).ToArray();
                var shares = scores.Select(score => Math.Exp(score - scores.Max())).ToArray();
                for (var d = at; d < at + config.HeadSize; d++)
                {
                    context[i][d] = Enumerable.Range(0, seen).Sum(j => shares[j] * v[j][d]) / shares.Sum();
                }
            }
        }

        return Dense(context, name + "o.weight");
    }

    private double Bias(string stack, int distance, int head)
    {
        var (buckets, bucket, away) = (config.Buckets, 0, Math.Max(-distance, 0));
        if (stack is "encoder")
        {
            buckets /= 2;
            (bucket, away) = (distance > 0 ? buckets : 0, Math.Abs(distance));
        }

        var exact = buckets / 2;
        bucket += away < exact
            ? away
            : Math.Min(buckets - 1, exact + (int)(Math.Log((double)away / exact) / Math.Log((double)config.MaxDistance / exact) * (buckets - exact)));
        return Tensor($"{stack}.block.0.layer.0.SelfAttention.relative_attention_bias.weight")[bucket * config.Heads + head];
    }

    private double[][] FeedForward(double[][] x, string layer)
    {
        var (input, name) = (Norm(x, layer + "layer_norm.weight"), layer + "DenseReluDense.");
        if (!config.IsGated)
        {
            return Dense([.. Dense(input, name + "wi.weight").Select(row => row.Select(Activate).ToArray())], name + "wo.weight");
        }

        var (gate, value) = (Dense(input, name + "wi_0.weight"), Dense(input, name + "wi_1.weight"));
        return Dense([.. gate.Zip(value, (g, w) => g.Zip(w, (a, b) => Activate(a) * b).ToArray())], name + "wo.weight");
    }

    private double Activate(double x) => config.Activation switch
    {
        T5Activation.Relu => Math.Max(0, x),
        T5Activation.Silu => x / (1 + Math.Exp(-x)),
        T5Activation.TanhGelu => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + 0.044715 * x * x * x))),
        _ => 0.5 * x * (1 + Erf(x / Math.Sqrt(2))),
    };

    // Its Taylor series, which converges fast for the small numbers here.
    private static double Erf(double x)
    {
        var (sum, term) = (x, x);
        for (var n = 1; n < 60; n++)
        {
            term *= -x * x / n;
            sum += term / (2 * n + 1);
        }

        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    private double[][] Norm(double[][] x, string name) => [.. x.Select(row =>
    {
        var factor = 1 / Math.Sqrt(row.Average(value => value * value) + config.NormEpsilon);
        return row.Select((value, i) => value * factor * Tensor(name)[i]).ToArray();
    })];

    private double[][] Dense(double[][] x, string name)
    {
        var weight = Tensor(name);
        var width = x[0].Length;
        return [.. x.Select(row => Enumerable.Range(0, weight.Length / width).Select(output =>
        {
            var sum = 0.0;
            for (var i = 0; i < width; i++)
            {
                sum += row[i] * weight[output * width + i];
            }

            return sum;
        }).ToArray())];
    }

    private static double[][] Add(double[][] a, double[][] b) => [.. a.Zip(b, (x, y) => x.Zip(y, (p, q) => p + q).ToArray())];

    private float[] Tensor(string name)
    {
        if (!tensors.TryGetValue(name, out var values))
        {
            tensors.Add(name, values = checkpoint.Read(name));
        }

        return values;
    }
}
