using LLMBlender.Training.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>One attention with its norm and residual sum: x + attention(norm(x)), to itself or to the encoder's states.</summary>
internal sealed class AttentionBlock : nn.Module
{
    private readonly RmsNorm norm;

    /// <param name="config">The shape.</param>
    /// <param name="name">SelfAttention or EncDecAttention, as the checkpoint calls it.</param>
    /// <param name="holdsTable">Whether it holds the stack's position table.</param>
    public AttentionBlock(FuserConfig config, string name, bool holdsTable)
        : base(nameof(AttentionBlock))
    {
        Attention = new Attention(config, holdsTable);
        norm = new RmsNorm(config.ModelSize, config.NormEpsilon);
        register_module(name, Attention);
        register_module("layer_norm", norm);
    }

    public Attention Attention { get; }

    /// <summary>Attends to <paramref name="hidden"/> itself.</summary>
    /// <returns>[B, L, model]</returns>
    public Tensor ToItself(Tensor hidden, Tensor bias, Tensor? padding, bool half)
    {
        Tensor normed = norm.Forward(hidden);
        return Arithmetic.Add(hidden, Attention.Forward(normed, Attention.Memory(normed, half), bias, padding, half));
    }

    /// <summary>Attends to given keys and values.</summary>
    /// <returns>[B, M, model]</returns>
    public Tensor To((Tensor Key, Tensor Value) memory, Tensor hidden, Tensor? padding, bool half) =>
        Arithmetic.Add(hidden, Attention.Forward(norm.Forward(hidden), memory, null, padding, half));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            Attention.Dispose();
            norm.Dispose();
        }

        base.Dispose(disposing);
    }
}
