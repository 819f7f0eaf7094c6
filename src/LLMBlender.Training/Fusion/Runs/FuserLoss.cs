using LLMBlender.Training.Fusion.Data;
using LLMBlender.Training.Fusion.Network;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>
/// Cross-entropy of the next token with the reference's own tokens before it (teacher forcing); safe to use from several threads at once
/// while the weights stand still.
/// </summary>
internal sealed class FuserLoss(FuserNetwork network, IReadOnlyList<Tensor> parameters, bool half)
{
    /// <summary>Gradients of this batch's share of a step's loss.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="stepTokens">Target tokens of the whole step: the loss is averaged over them.</param>
    public StepResult Compute(FusionBatch batch, int stepTokens)
    {
        // libtorch keeps the count per thread, and with it the order of its sums: a pool's thread may bring any.
        set_num_threads(1);
        using var scope = NewDisposeScope();
        var (sum, right) = Sum(batch, half);
        using Tensor share = tensor(1f / stepTokens);
        return StepResult.Of(sum * share, parameters, right, ("loss", sum));
    }

    /// <summary>Summed loss and tokens that were the likeliest, without gradients and in 32 bits.</summary>
    public (double Loss, int Right) Measure(FusionBatch batch)
    {
        using var gradient = no_grad();
        using var scope = NewDisposeScope();
        var (sum, right) = Sum(batch, rounded: false);
        return (sum.data<float>()[0], right);
    }

    private (Tensor Sum, int Right) Sum(FusionBatch batch, bool rounded)
    {
        Encoded source = network.Encode(tensor(batch.Source, [batch.Rows, batch.SourceLength]), batch.SourceLengths, rounded);
        Tensor states = network.Decode(tensor(batch.Input, [batch.Rows, batch.TargetLength]), source, rounded);
        Tensor valid = states.view(batch.Rows * batch.TargetLength, -1).index_select(0, tensor(batch.Positions));
        Tensor logits = network.Logits(valid, rounded);
        Tensor wanted = tensor(batch.Wanted);
        using Tensor likeliest = logits.detach().argmax(1);
        return (nn.functional.cross_entropy(logits, wanted, reduction: nn.Reduction.Sum), (int)likeliest.eq(wanted).sum().data<long>()[0]);
    }
}
