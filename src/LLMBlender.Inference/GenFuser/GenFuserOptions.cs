using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.GenFuser;

/// <summary>Options for loading a fuser.</summary>
public sealed record GenFuserOptions
{
    /// <summary>
    /// The device; the CPU by default. The key-value cache is in CPU memory, so that on a GPU it is transferred in both directions at every
    /// step.
    /// </summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Cpu;

    /// <summary>The number of threads of one run on the CPU; by default the number of cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>The maximum number of tokens in a prompt; a longer one is rejected. Memory usage is quadratic in the length.</summary>
    public int MaxPromptTokens { get; init; } = 4096;
}
