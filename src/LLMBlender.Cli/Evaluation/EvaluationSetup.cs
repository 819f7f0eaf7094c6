using LLMBlender.Cli.Models;
using LLMBlender.Inference.Sessions;

namespace LLMBlender.Cli.Evaluation;

/// <summary>What metrics and rankers are made with.</summary>
/// <param name="Terminal">Standard streams and environment.</param>
/// <param name="Accelerator">What computes.</param>
/// <param name="Seed">Fixes whatever is drawn.</param>
internal sealed record EvaluationSetup(Terminal Terminal, Accelerator Accelerator, ulong Seed)
{
    /// <summary>Where models are looked for.</summary>
    public ModelSearch Models { get; } = new(Terminal);
}
