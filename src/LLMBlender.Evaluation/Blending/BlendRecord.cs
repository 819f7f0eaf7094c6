using LLMBlender.Abstractions;

namespace LLMBlender.Evaluation.Blending;

/// <summary>What is to be blended.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Input">What the instruction is about, if anything.</param>
/// <param name="Candidates">The answers to it, at least one.</param>
internal sealed record BlendRecord(string Instruction, string? Input, Candidate[] Candidates)
{
    /// <summary>What the ranker reads: one directly after the other, as the reference joins them.</summary>
    public string Source => Instruction + Input;
}
