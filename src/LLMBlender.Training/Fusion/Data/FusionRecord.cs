namespace LLMBlender.Training.Fusion.Data;

/// <summary>Candidates for an instruction, and the answer that their fusion should give.</summary>
internal sealed record FusionRecord(string Instruction, IReadOnlyList<string> Candidates, string Reference);
