using LLMBlender.Abstractions;
using LLMBlender.Cli.Records;

namespace LLMBlender.Cli.Blending;

/// <summary>What is to be blended.</summary>
/// <param name="Instruction">The instruction.</param>
/// <param name="Input">What the instruction is about, if anything.</param>
/// <param name="Candidates">The answers to it, at least one.</param>
internal sealed record BlendRecord(string Instruction, string? Input, Candidate[] Candidates)
{
    /// <summary>What the ranker reads: one directly after the other, as the reference joins them.</summary>
    public string Source => Instruction + Input;

    /// <summary>Reads a record; one without candidates gets the panel's.</summary>
    /// <exception cref="RecordException">A field breaks a rule, or the panel has no answers.</exception>
    public static BlendRecord Read(RecordFields record)
    {
        var (instruction, input) = record.Source();
        return record.OptionalCandidates() is { } candidates
            ? new BlendRecord(instruction, input, candidates)
            : SamplePanel.Ask(instruction, input);
    }
}
