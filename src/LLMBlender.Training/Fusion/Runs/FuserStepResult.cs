using LLMBlender.Training.Runs;
using static TorchSharp.torch;

namespace LLMBlender.Training.Fusion.Runs;

/// <summary>What one batch adds to a step: gradients in the order of the optimizer's slots, its summed loss and its right tokens.</summary>
internal sealed record FuserStepResult(IReadOnlyList<Tensor> Gradients, double Loss, int Right) : IStepResult
{
    public void Dispose()
    {
        foreach (Tensor gradient in Gradients)
        {
            gradient.Dispose();
        }
    }
}
