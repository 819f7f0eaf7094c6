using LLMBlender.Training.Optimization;
using static TorchSharp.torch;

namespace LLMBlender.Training.Tests.Optimization;

public sealed class AdamWTests
{
    [Fact]
    public void Step_ManyTimes_MovesAsLibtorchsAdamW()
    {
        Native.SkipWithout();
        using Tensor ours = tensor([1f, -2f, 3f, -4f], [2, 2]);
        using var theirs = new TorchSharp.Modules.Parameter(ours.clone());
        var optimizer = new AdamW([("w", ours)], new AdamWOptions { Beta1 = 0.9, Beta2 = 0.98, WeightDecay = 0.1, MaxNorm = 1e9 });
        using var reference = optim.AdamW([theirs], 0.01, 0.9, 0.98, 1e-8, 0.1);
        for (int step = 1; step <= 20; step++)
        {
            using Tensor gradient = tensor([0.1f * step, -1f / step, 0.5f, 0f], [2, 2]);
            optimizer.Step([[gradient]], 0.01);
            theirs.grad = gradient.clone();
            reference.step();
        }

        Assert.True(ours.allclose(theirs, 0, 1e-6));
    }

    [Fact]
    public void Step_SeveralBatches_AddsThemAndClipsTheNorm()
    {
        Native.SkipWithout();
        using Tensor weights = zeros(2);
        var optimizer = new AdamW([("w", weights)], new AdamWOptions { MaxNorm = 1 });
        double norm = optimizer.Step([[tensor([1f, 0f])], [tensor([2f, 4f])]], 0.1);
        Assert.Equal(5, norm, 1e-6);
        Assert.Equal([0.1 * 3 / 5, 0.1 * 4 / 5], optimizer.Slots[0].First.Select(m => (double)m), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Step_Vectors_AreNotDecayed()
    {
        Native.SkipWithout();
        using Tensor vector = ones(3);
        using Tensor matrix = ones(1, 3);
        var optimizer = new AdamW([("v", vector), ("m", matrix)], new AdamWOptions { WeightDecay = 0.5 });
        optimizer.Step([[zeros(3), zeros(1, 3)]], 0.1);
        Assert.Equal([1f, 1f, 1f], vector.data<float>().ToArray());
        Assert.All(matrix.data<float>().ToArray(), weight => Assert.Equal(0.95f, weight, 1e-6f));
    }
}
