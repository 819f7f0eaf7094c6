namespace LLMBlender.Training.Rewards.Data;

/// <summary>A plain question with a right and a wrong answer.</summary>
internal sealed record PlainCase(string Kind, string Instruction, string Better, string Worse);
