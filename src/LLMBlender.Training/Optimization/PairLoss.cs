using static LLMBlender.Training.Network.Arithmetic;
using static TorchSharp.torch;

namespace LLMBlender.Training.Optimization;

/// <summary>The loss of scored pairs.</summary>
internal static class PairLoss
{
    /// <summary>Names as the command line and configurations spell them.</summary>
    public static IReadOnlyDictionary<string, LossKind> Names { get; } = new Dictionary<string, LossKind>(StringComparer.Ordinal)
    {
        ["instructgpt"] = LossKind.InstructGpt,
        ["bce"] = LossKind.Bce,
        ["mse"] = LossKind.Mse,
        ["open_instruct_bce"] = LossKind.OpenInstructBce,
    };

    /// <summary>Loss of each pair, averaged over tasks.</summary>
    /// <param name="kind">Which loss.</param>
    /// <param name="left">s_A [B, tasks]</param>
    /// <param name="right">s_B [B, tasks]</param>
    /// <param name="leftQuality">q_A [B, 1] or [B, tasks]</param>
    /// <param name="rightQuality">q_B, of the same shape</param>
    /// <returns>[B]</returns>
    public static Tensor Of(LossKind kind, Tensor left, Tensor right, Tensor leftQuality, Tensor rightQuality)
    {
        Tensor difference = Subtract(leftQuality, rightQuality);
        Tensor loss = kind switch
        {
            LossKind.InstructGpt => nn.functional.logsigmoid(Subtract(left, right) * difference.sign()).neg(),
            LossKind.Bce => Both(left, right, leftQuality.gt(rightQuality), rightQuality.gt(leftQuality)),
            LossKind.OpenInstructBce => Both(left, right, leftQuality.isclose(tensor(1f)), rightQuality.isclose(tensor(1f))),
            LossKind.Mse => Square(left, right, leftQuality, rightQuality, difference),
            _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "is not a loss"),
        };
        return loss.mean([-1]);
    }

    private static Tensor Square(Tensor left, Tensor right, Tensor leftQuality, Tensor rightQuality, Tensor difference)
    {
        Tensor errors = Add(Subtract(left, leftQuality).square(), Subtract(right, rightQuality).square());
        return Subtract(errors, Subtract(left, right) * difference * tensor(2f));
    }

    private static Tensor Both(Tensor left, Tensor right, Tensor leftLabel, Tensor rightLabel) =>
        Add(CrossEntropy(left, leftLabel), CrossEntropy(right, rightLabel)) * tensor(0.5f);

    private static Tensor CrossEntropy(Tensor score, Tensor label) =>
        nn.functional.binary_cross_entropy_with_logits(
            score, label.to_type(float32).expand_as(score), reduction: nn.Reduction.None);
}
