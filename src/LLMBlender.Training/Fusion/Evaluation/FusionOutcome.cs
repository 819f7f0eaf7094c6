using LLMBlender.Training.Fusion.Data;

namespace LLMBlender.Training.Fusion.Evaluation;

/// <summary>What became of one record.</summary>
/// <param name="Record">The record.</param>
/// <param name="Fused">The fuser's answer.</param>
/// <param name="Chosen">The candidate that the ranker puts first; null without a ranker.</param>
internal sealed record FusionOutcome(FusionRecord Record, string Fused, string? Chosen);
