using static TorchSharp.torch;

namespace LLMBlender.Training.Runs;

/// <summary>What one batch adds to a step.</summary>
internal interface IStepResult : IDisposable
{
    /// <summary>Gradients in the order of the optimizer's slots.</summary>
    IReadOnlyList<Tensor> Gradients { get; }
}
