using LLMBlender.Training.Network;
using LLMBlender.Training.Rewards.Data;
using LLMBlender.Training.Rewards.Network;
using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Rewards.Runs;

/// <summary>
/// Loss and gradients of single batches, safe to use from several threads at once while the weights stand still. Bradley and Terry's
/// likelihood of every known pair of a group: −p·log σ(r_i − r_j) − (1 − p)·log σ(r_j − r_i), weighted.
/// </summary>
internal sealed class RewardLoss(RewardNetwork network, IReadOnlyList<Tensor> parameters, bool half, double dropout)
{
    /// <summary>Gradients of this batch's share of a step's loss.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="stepWeight">Weight of the whole step's preferences, by which the loss is divided.</param>
    /// <param name="noise">Dropout of this batch.</param>
    public StepResult Compute(RewardBatch batch, double stepWeight, Noise noise)
    {
        // libtorch keeps the count per thread, and with it the order of its sums: a pool's thread may bring any.
        set_num_threads(1);
        using var scope = NewDisposeScope();
        Tensor difference = Differences(network.Forward(batch.Rows, new BertPass(half, noise, dropout)), batch.Preferences);
        Tensor loss = Of(difference, batch.Preferences) * tensor((float)(1 / Math.Max(stepWeight, 1e-6)));
        int right = difference.data<float>().Count(value => value > 0);
        return StepResult.Of(loss, parameters, right, ("loss", loss));
    }

    /// <summary>The weighted sum of the pairs' losses.</summary>
    /// <param name="difference">r_better − r_worse of each preference.</param>
    /// <param name="preferences">How likely and how heavy each is.</param>
    public static Tensor Of(Tensor difference, IReadOnlyList<Preference> preferences)
    {
        Tensor likely = tensor([.. preferences.Select(one => one.Likely * one.Weight)]);
        Tensor unlikely = tensor([.. preferences.Select(one => (1 - one.Likely) * one.Weight)]);
        Tensor said = nn.functional.logsigmoid(difference) * likely;
        return Arithmetic.Add(said, nn.functional.logsigmoid(difference.neg()) * unlikely).sum().neg();
    }

    private static Tensor Differences(Tensor scores, IReadOnlyList<Preference> preferences) => Arithmetic.Subtract(
        scores.index_select(0, tensor([.. preferences.Select(one => (long)one.Better)])),
        scores.index_select(0, tensor([.. preferences.Select(one => (long)one.Worse)])));
}
