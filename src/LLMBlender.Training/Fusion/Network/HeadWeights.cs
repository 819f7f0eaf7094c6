using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>One head's share of an attention's four projections, in the parameters' own memory.</summary>
internal sealed class HeadWeights(IReadOnlyDictionary<string, Tensor> weights, string attention, int head, FuserConfig config)
{
    /// <summary>What element <paramref name="i"/> of the head's queries takes of the model's state.</summary>
    public Span<float> Query(int i) => Row("q", i);

    public Span<float> Key(int i) => Row("k", i);

    public Span<float> Value(int i) => Row("v", i);

    /// <summary>What element <paramref name="row"/> of the model's state takes of the head.</summary>
    public Span<float> Output(int row) =>
        Floats("o").Slice(row * config.InnerSize + head * config.HeadSize, config.HeadSize);

    /// <summary>Zeroes queries, values and outputs.</summary>
    public void Clear()
    {
        Rows("q").Clear();
        Rows("v").Clear();
        for (int row = 0; row < config.ModelSize; row++)
        {
            Output(row).Clear();
        }
    }

    /// <summary>Zeroes keys; with queries at zero too, neither could learn, so they must be written to.</summary>
    public void ClearKeys() => Rows("k").Clear();

    private Span<float> Row(string projection, int i) =>
        Rows(projection).Slice(i * config.ModelSize, config.ModelSize);

    private Span<float> Rows(string projection) =>
        Floats(projection).Slice(head * config.HeadSize * config.ModelSize, config.HeadSize * config.ModelSize);

    private Span<float> Floats(string projection) => MemoryMarshal.Cast<byte, float>(weights[$"{attention}.{projection}.weight"].bytes);
}
