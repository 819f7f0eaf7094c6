namespace LLMBlender.Training.Rewards.Data.Facts;

/// <summary>A plain question with its right answer and wrong ones.</summary>
internal sealed record PlainQuestion(string Question, string Right, IReadOnlyList<string> Wrong);
