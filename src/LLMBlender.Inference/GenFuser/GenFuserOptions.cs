using LLMBlender.Inference.Sessions;

namespace LLMBlender.Inference.GenFuser;

/// <summary>How a fuser is loaded.</summary>
public sealed record GenFuserOptions
{
    /// <summary>Where it computes; the processor by default.</summary>
    public Accelerator Accelerator { get; init; } = Accelerator.Cpu;

    /// <summary>Threads of one run on the processor; by default all of its cores.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Tokens of a prompt at most; a longer one is refused. Memory grows with the square of it.</summary>
    public int MaxPromptTokens { get; init; } = 4096;
}
