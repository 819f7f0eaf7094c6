using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Baselines;

/// <summary>What one batch adds to a step: gradients, its summed loss, and how many pairs or tokens it got right.</summary>
internal sealed record BaselineResult(IReadOnlyList<Tensor> Gradients, double Loss, int Right) : IStepResult
{
    public void Dispose()
    {
        foreach (Tensor gradient in Gradients)
        {
            gradient.Dispose();
        }
    }
}
