using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>One post-LN layer: a = LN(x + W_o·attention), y = LN(a + W₂·gelu(W₁·a)).</summary>
internal sealed class EncoderLayer : nn.Module
{
    private readonly SelfAttention attention;
    private readonly ResidualOutput attentionOutput;
    private readonly Linear intermediate;
    private readonly ResidualOutput output;

    public EncoderLayer(NetworkConfig config)
        : base(nameof(EncoderLayer))
    {
        attention = new SelfAttention(config);
        attentionOutput = new ResidualOutput(config.HiddenSize, config);
        intermediate = nn.Linear(config.HiddenSize, config.IntermediateSize);
        output = new ResidualOutput(config.IntermediateSize, config);
        register_module("attention", new Group(("self", attention), ("output", attentionOutput)));
        register_module("intermediate", new Group(("dense", intermediate)));
        register_module("output", output);
    }

    public Tensor Forward(Tensor hidden, AttentionScope scope) =>
        Finish(attention.Forward(hidden, scope), hidden, scope);

    /// <summary>Only the rows <paramref name="queries"/> of the layer's output, found at <paramref name="positions"/>.</summary>
    public Tensor ForwardFused(Tensor hidden, Tensor queries, int[]? positions, AttentionScope scope) =>
        Finish(attention.ForwardFused(hidden, queries, positions, scope), queries, scope);

    private Tensor Finish(Tensor context, Tensor residual, AttentionScope scope)
    {
        Tensor attended = attentionOutput.Forward(context, residual, scope);
        return output.Forward(nn.functional.gelu(Products.Apply(intermediate, attended, scope.Half)), attended, scope);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            attention.Dispose();
            attentionOutput.Dispose();
            intermediate.Dispose();
            output.Dispose();
        }

        base.Dispose(disposing);
    }
}
