using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Network;

/// <summary>Dense layer, dropout, residual sum and LayerNorm: the end of both halves of a layer.</summary>
internal sealed class ResidualOutput : nn.Module
{
    private readonly Linear dense;
    private readonly LayerNorm norm;
    private readonly double dropout;

    public ResidualOutput(int inputSize, NetworkConfig config)
        : base(nameof(ResidualOutput))
    {
        dense = nn.Linear(inputSize, config.HiddenSize);
        norm = nn.LayerNorm(config.HiddenSize, config.LayerNormEpsilon);
        dropout = config.HiddenDropout;
        register_module("dense", dense);
        register_module("LayerNorm", norm);
    }

    public Tensor Forward(Tensor inner, Tensor residual, AttentionScope scope)
    {
        Tensor projected = Products.Apply(dense, inner, scope.Half);
        return norm.forward(Arithmetic.Add(scope.Noise?.Drop(projected, dropout) ?? projected, residual));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            dense.Dispose();
            norm.Dispose();
        }

        base.Dispose(disposing);
    }
}
