using static TorchSharp.torch;

namespace LLMBlender.Training.Runs;

/// <summary>What one batch adds to a step.</summary>
/// <param name="Gradients">Gradients in the order of the optimizer's slots.</param>
/// <param name="Losses">What is reported of its losses, by name.</param>
/// <param name="Right">How many of its pairs or tokens were right.</param>
internal sealed record StepResult(IReadOnlyList<Tensor> Gradients, IReadOnlyList<(string Name, double Value)> Losses, int Right) : IDisposable
{
    /// <summary>The gradients of a batch's share of a step's loss; they outlive the scope that the loss was computed in.</summary>
    public static StepResult Of(Tensor loss, IEnumerable<Tensor> parameters, int right, params IReadOnlyList<(string Name, Tensor Value)> losses)
    {
        IList<Tensor> gradients = autograd.grad([loss], [.. parameters]);
        return new StepResult(
            [.. gradients.Select(gradient => gradient.DetachFromDisposeScope())],
            [.. losses.Select(one => (one.Name, (double)one.Value.data<float>()[0]))],
            right);
    }

    public void Dispose()
    {
        foreach (Tensor gradient in Gradients)
        {
            gradient.Dispose();
        }
    }
}
