using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>Starting weights that follow from a seed alone.</summary>
internal static class Initialization
{
    /// <summary>
    /// Normal(0, <paramref name="range"/>) matrices, zero biases, LayerNorms at one and zero, as DeBERTa starts; but each layer's key
    /// projection starts as its query projection, so that tokens attend to tokens like themselves from the first step (the first half of
    /// mimetic initialization, Trockman and Kolter 2023), which matching an answer with its question needs.
    /// </summary>
    public static void Fill(nn.Module module, double range, int seed)
    {
        var random = new Random(seed);
        foreach (var (name, parameter) in module.named_parameters())
        {
            Span<float> values = MemoryMarshal.Cast<byte, float>(parameter.bytes);
            if (parameter.dim() > 1)
            {
                Normal(values, range, random);
            }
            else
            {
                values.Fill(name.EndsWith("LayerNorm.weight", StringComparison.Ordinal) ? 1 : 0);
            }
        }

        var all = module.named_parameters().ToDictionary(p => p.name, p => p.parameter, StringComparer.Ordinal);
        foreach (var (name, parameter) in all.Where(p => p.Key.EndsWith("query_proj.weight", StringComparison.Ordinal)))
        {
            Tensor key = all[name.Replace("query_proj", "key_proj", StringComparison.Ordinal)];
            parameter.bytes.CopyTo(key.bytes);
        }
    }

    // Box and Muller's transform, two draws at a time.
    private static void Normal(Span<float> values, double deviation, Random random)
    {
        for (int i = 0; i < values.Length; i += 2)
        {
            double radius = deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()));
            double angle = 2 * Math.PI * random.NextDouble();
            values[i] = (float)(radius * Math.Cos(angle));
            if (i + 1 < values.Length)
            {
                values[i + 1] = (float)(radius * Math.Sin(angle));
            }
        }
    }
}
