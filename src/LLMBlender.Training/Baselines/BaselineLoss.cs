using LLMBlender.Training.Network;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Baselines;

/// <summary>Loss and gradients of single batches; safe to use from several threads at once while the weights stand still.</summary>
/// <param name="network">What is trained.</param>
/// <param name="shape">Its head.</param>
/// <param name="parameters">What gradients are of.</param>
/// <param name="margin">By how much a better candidate's cosine is to be larger; SimCLS only.</param>
/// <param name="half">Whether dense layers round their factors to bfloat16 in training.</param>
internal sealed class BaselineLoss(
    BaselineNetwork network, BaselineShape shape, IReadOnlyList<Tensor> parameters, double margin, bool half)
{
    /// <summary>Gradients of this batch's share of a step's loss.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="stepCount">Pairs or tokens of the whole step, which the loss is averaged over.</param>
    /// <param name="noise">Dropout of this batch.</param>
    public StepResult Compute(RowBatch batch, int stepCount, Noise noise)
    {
        // libtorch keeps the count per thread, and with it the order of its sums: a pool's thread may bring any.
        set_num_threads(1);
        using var scope = NewDisposeScope();
        var (loss, right) = Sum(batch, network.Forward(batch, noise, half));
        return StepResult.Of(loss * tensor(1f / stepCount), parameters, right, ("loss", loss));
    }

    /// <summary>The summed loss, and how many are right, without dropout.</summary>
    public (double Loss, int Right) Measure(RowBatch batch)
    {
        using var gradient = no_grad();
        using var scope = NewDisposeScope();
        var (loss, right) = Sum(batch, network.Forward(batch, null, half: false));
        return (loss.data<float>()[0], right);
    }

    private (Tensor Loss, int Right) Sum(RowBatch batch, Tensor output) => shape switch
    {
        BaselineShape.SummaReranker => Labels(batch, output),
        BaselineShape.SimCls => Cosines(batch, output),
        _ => Tokens(batch, output),
    };

    // Binary cross-entropy of the pair's own label: 1 for the better candidate, 0 for the worse one.
    private static (Tensor Loss, int Right) Labels(RowBatch batch, Tensor output)
    {
        Tensor label = tensor(batch.Targets).view(-1, 1, 1).expand(-1, 2, 1);
        Tensor logits = output.view(batch.Count, 2, -1).gather(2, label).squeeze(2);
        Tensor signed = logits * tensor([1f, -1f]);
        return (nn.functional.logsigmoid(signed).neg().sum() * tensor(0.5f), Above(logits));
    }

    private (Tensor Loss, int Right) Cosines(RowBatch batch, Tensor output)
    {
        Tensor vectors = nn.functional.normalize(output.view(batch.Count, 3, -1), dim: 2);
        Tensor cosines = (vectors.narrow(1, 0, 1) * vectors.narrow(1, 1, 2)).sum([2L]);
        Tensor lacking = Arithmetic.Add(Arithmetic.Subtract(cosines.select(1, 1), cosines.select(1, 0)), tensor((float)margin));
        return (lacking.relu().sum(), Above(cosines));
    }

    private static (Tensor Loss, int Right) Tokens(RowBatch batch, Tensor output)
    {
        Tensor logits = output.view(batch.Count, -1);
        Tensor targets = tensor(batch.Targets);
        Tensor loss = nn.functional.cross_entropy(logits, targets, reduction: nn.Reduction.Sum);
        return (loss, (int)logits.argmax(1).eq(targets).sum().to_type(int64).data<long>()[0]);
    }

    private static int Above(Tensor scores) =>
        (int)scores.select(1, 0).gt(scores.select(1, 1)).sum().to_type(int64).data<long>()[0];
}
