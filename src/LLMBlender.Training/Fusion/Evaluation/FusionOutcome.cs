using LLMBlender.Training.Fusion.Data;

namespace LLMBlender.Training.Fusion.Evaluation;

/// <summary>What became of one record.</summary>
/// <param name="Record">The record.</param>
/// <param name="Fused">The fuser's answer.</param>
/// <param name="Choice">What a ranker makes of it; null without one.</param>
internal sealed record FusionOutcome(FusionRecord Record, string Fused, RankersChoice? Choice);
