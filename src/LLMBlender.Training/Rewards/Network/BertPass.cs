using LLMBlender.Training.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Rewards.Network;

/// <summary>
/// How a pass computes: with <paramref name="Half"/>, dense layers and attention take bfloat16 factors, which processors with bfloat16
/// instructions do about twice as fast; weights, residual sums, norms and gradients' sums stay in 32 bits.
/// </summary>
/// <param name="Half">Whether factors are rounded.</param>
/// <param name="Noise">Draws dropout's masks; null when evaluating.</param>
/// <param name="Dropout">Share of a dense layer's outputs that is dropped.</param>
internal sealed record BertPass(bool Half, Noise? Noise, double Dropout)
{
    /// <summary>The tensor as dense layers take it.</summary>
    public Tensor Round(Tensor x) => Half ? x.to_type(bfloat16) : x;

    /// <summary>Several layers of one input as one product, their outputs side by side.</summary>
    public Tensor Linear(Tensor x, params Linear[] layers)
    {
        Tensor weight = layers.Length == 1 ? layers[0].weight! : cat([.. layers.Select(layer => layer.weight!)]);
        Tensor bias = layers.Length == 1 ? layers[0].bias! : cat([.. layers.Select(layer => layer.bias!)]);
        return nn.functional.linear(x, Round(weight), Round(bias));
    }

    public Tensor Drop(Tensor x) => Noise?.Drop(x, Dropout) ?? x;
}
