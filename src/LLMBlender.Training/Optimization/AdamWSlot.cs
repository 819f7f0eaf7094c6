using System.Runtime.InteropServices;
using Tensor = TorchSharp.torch.Tensor;

namespace LLMBlender.Training.Optimization;

/// <summary>One parameter and its moments.</summary>
internal sealed class AdamWSlot(string name, Tensor parameter)
{
    public string Name { get; } = name;

    public Tensor Parameter { get; } = parameter;

    /// <summary>The parameter's own memory.</summary>
    public Span<float> Weights => MemoryMarshal.Cast<byte, float>(Parameter.bytes);

    public bool Decays { get; } = parameter.dim() > 1;

    public float[] First { get; } = new float[parameter.numel()];

    public float[] Second { get; } = new float[parameter.numel()];

    /// <summary>The summed gradient of the step under way.</summary>
    public float[] Gradient { get; } = new float[parameter.numel()];
}
