using static TorchSharp.torch;

namespace LLMBlender.Training.Runs;

/// <summary>What one batch adds to a step: gradients in the order of the optimizer's slots, and sums to report.</summary>
internal sealed record StepResult(IReadOnlyList<Tensor> Gradients, double PairLoss, double TokenLoss, double MarkLoss, double OpinionLoss, int Right) : IStepResult
{
    public void Dispose()
    {
        foreach (Tensor gradient in Gradients)
        {
            gradient.Dispose();
        }
    }
}
