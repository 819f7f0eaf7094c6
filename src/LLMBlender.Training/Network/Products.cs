using Linear = TorchSharp.Modules.Linear;
using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>
/// Dense layers of the fused path. With <c>half</c>, factors are rounded to bfloat16 and products summed in 32 bits, which processors
/// with bfloat16 instructions do about twice as fast; weights, gradients' sums and everything else stay in 32 bits.
/// </summary>
internal static class Products
{
    /// <summary>x·Wᵀ + b.</summary>
    public static Tensor Apply(Linear layer, Tensor x, bool half) => Apply(x, layer.weight!, layer.bias!, half);

    /// <summary>Several layers of the same input as one product, their outputs side by side.</summary>
    public static Tensor Apply(Tensor x, bool half, params Linear[] layers) =>
        Apply(x, cat([.. layers.Select(layer => layer.weight!)]), cat([.. layers.Select(layer => layer.bias!)]), half);

    /// <summary>x·Wᵀ.</summary>
    public static Tensor Apply(Tensor x, Tensor weight, bool half) => half
        ? matmul(x.to_type(bfloat16), weight.to_type(bfloat16).t()).to_type(float32)
        : matmul(x, weight.t());

    private static Tensor Apply(Tensor x, Tensor weight, Tensor bias, bool half) => half
        ? Arithmetic.Add(matmul(x.to_type(bfloat16), weight.to_type(bfloat16).t()).to_type(float32), bias)
        : nn.functional.linear(x, weight, bias);
}
