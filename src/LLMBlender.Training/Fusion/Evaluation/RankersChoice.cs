namespace LLMBlender.Training.Fusion.Evaluation;

/// <summary>What a ranker makes of a record.</summary>
/// <param name="Candidate">The candidate that it puts first.</param>
/// <param name="Guarded">The fused answer, or that candidate where the ranker, asked in both orders, prefers it.</param>
internal sealed record RankersChoice(string Candidate, string Guarded);
