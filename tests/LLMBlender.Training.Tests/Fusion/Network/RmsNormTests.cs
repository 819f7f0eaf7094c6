using LLMBlender.Training.Fusion.Network;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Fusion.Network;

public sealed class RmsNormTests
{
    [Fact]
    public void Forward_AndItsGradients_AreThoseOfTheFormula()
    {
        Native.SkipWithout();
        using var norm = new RmsNorm(8, 1e-6);
        Tensor weight = norm.parameters().Single();
        using (no_grad())
        {
            weight.copy_(arange(1, 9, dtype: float32) / 5);
        }

        Tensor x = (arange(24, dtype: float32).view(3, 8) - 9).sin().requires_grad_();
        Tensor upstream = (arange(24, dtype: float32).view(3, 8) * 0.7).cos();
        Tensor expected = weight * x * (x.square().mean([-1], keepdim: true) + 1e-6).rsqrt();
        Tensor actual = norm.Forward(x);
        AssertClose(expected, actual);
        IList<Tensor> wanted = autograd.grad([(expected * upstream).sum()], [x, weight]);
        IList<Tensor> given = autograd.grad([(actual * upstream).sum()], [x, weight]);
        AssertClose(wanted[0], given[0]);
        AssertClose(wanted[1], given[1]);
    }

    private static void AssertClose(Tensor expected, Tensor actual) =>
        Assert.True((expected - actual).abs().max().item<float>() <= 1e-5f);
}
