using LLMBlender.Training.Optimization;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Optimization;

/// <summary>The losses against the reference's formulas, written out on plain numbers.</summary>
public sealed class PairLossTests
{
    private static readonly float[] Left = [0.7f, -1.2f, 0.1f];
    private static readonly float[] Right = [-0.3f, 0.4f, 0.2f];
    private static readonly float[] LeftQuality = [1, 0, 1];
    private static readonly float[] RightQuality = [0, 1, 1];

    [Theory]
    [InlineData("instructgpt")]
    [InlineData("bce")]
    [InlineData("mse")]
    [InlineData("open_instruct_bce")]
    public void Of_EveryKind_IsTheReferencesFormula(string name)
    {
        Native.SkipWithout();
        LossKind kind = PairLoss.Names[name];
        float[] losses = PairLoss.Of(kind, Column(Left), Column(Right), Column(LeftQuality), Column(RightQuality)).data<float>().ToArray();
        for (int i = 0; i < losses.Length; i++)
        {
            Assert.Equal(Expected(kind, Left[i], Right[i], LeftQuality[i], RightQuality[i]), losses[i], 1e-5);
        }
    }

    [Fact]
    public void Of_SeveralTasks_IsTheirMean()
    {
        Native.SkipWithout();
        Tensor left = tensor(Left, [1, 3]);
        Tensor right = tensor(Right, [1, 3]);
        double mean = Enumerable.Range(0, 3).Average(i => Expected(LossKind.InstructGpt, Left[i], Right[i], 1, 0));
        Assert.Equal(mean, PairLoss.Of(LossKind.InstructGpt, left, right, ones(1, 1), zeros(1, 1)).item<float>(), 1e-5);
    }

    private static double Expected(LossKind kind, double left, double right, double leftQuality, double rightQuality) => kind switch
    {
        LossKind.InstructGpt => -Math.Log(Sigmoid((left - right) * Math.Sign(leftQuality - rightQuality))),
        LossKind.Bce => (CrossEntropy(left, leftQuality > rightQuality) + CrossEntropy(right, rightQuality > leftQuality)) / 2,
        LossKind.OpenInstructBce => (CrossEntropy(left, leftQuality == 1) + CrossEntropy(right, rightQuality == 1)) / 2,
        LossKind.Mse => Math.Pow(left - leftQuality, 2) + Math.Pow(right - rightQuality, 2)
            - 2 * (left - right) * (leftQuality - rightQuality),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    private static double CrossEntropy(double score, bool label) => -Math.Log(Sigmoid(label ? score : -score));

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static Tensor Column(float[] values) => tensor(values).unsqueeze(1);
}
