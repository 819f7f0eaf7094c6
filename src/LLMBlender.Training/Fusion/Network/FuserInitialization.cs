using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>T5's starting weights, from a seed alone.</summary>
internal static class FuserInitialization
{
    /// <summary>
    /// Normal weights with the deviations of transformers' T5: 1 for embeddings, √(1/fan-in) for projections, and for queries
    /// √(1/(model·head size)), which makes up for the missing scale of the scores. Norms start at one.
    /// </summary>
    public static void Fill(FuserNetwork network, int seed)
    {
        var random = new Random(seed);
        foreach (var (name, parameter) in network.named_parameters())
        {
            Span<float> values = MemoryMarshal.Cast<byte, float>(parameter.bytes);
            if (parameter.dim() == 1)
            {
                values.Fill(1);
                continue;
            }

            double deviation = Deviation(name, parameter, network.Config);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = (float)(deviation * Normal(random));
            }
        }
    }

    /// <summary>A standard normal number (Box and Muller).</summary>
    public static double Normal(Random random) =>
        Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static double Deviation(string name, Tensor parameter, FuserConfig config) =>
        name is "shared.weight" ? 1
        : name.EndsWith("relative_attention_bias.weight", StringComparison.Ordinal) ? 1 / Math.Sqrt(config.ModelSize)
        : name.EndsWith(".q.weight", StringComparison.Ordinal) ? 1 / Math.Sqrt(config.ModelSize * (double)config.HeadSize)
        : 1 / Math.Sqrt(parameter.shape[1]);
}
