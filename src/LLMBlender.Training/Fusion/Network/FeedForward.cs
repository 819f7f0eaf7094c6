using LLMBlender.Training.Network;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Network;

/// <summary>The second half of a block: x + W_o·(gelu(W_0·n)·(W_1·n)) with n = norm(x) and gelu in its tanh form.</summary>
internal sealed class FeedForward : nn.Module
{
    private readonly Linear gate;
    private readonly Linear linear;
    private readonly Linear output;
    private readonly RmsNorm norm;

    public FeedForward(FuserConfig config)
        : base(nameof(FeedForward))
    {
        gate = nn.Linear(config.ModelSize, config.FeedForwardSize, hasBias: false);
        linear = nn.Linear(config.ModelSize, config.FeedForwardSize, hasBias: false);
        output = nn.Linear(config.FeedForwardSize, config.ModelSize, hasBias: false);
        norm = new RmsNorm(config.ModelSize, config.NormEpsilon);
        register_module("DenseReluDense", new Group(("wi_0", gate), ("wi_1", linear), ("wo", output)));
        register_module("layer_norm", norm);
    }

    /// <param name="hidden">[B, L, model]</param>
    /// <param name="half">Whether dense layers round their factors to bfloat16.</param>
    public Tensor Forward(Tensor hidden, bool half)
    {
        Tensor[] parts = Products.Apply(norm.Forward(hidden), cat([gate.weight!, linear.weight!]), half).chunk(2, -1);
        return Arithmetic.Add(hidden, Products.Apply(parts[0].gelu(GELU.Approximate.tanh) * parts[1], output.weight!, half));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            gate.Dispose();
            linear.Dispose();
            output.Dispose();
            norm.Dispose();
        }

        base.Dispose(disposing);
    }
}
