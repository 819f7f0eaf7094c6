namespace LLMBlender.Training.Evaluation;

/// <summary>One line of an evaluation: what was measured on which part of which data.</summary>
internal sealed record Finding(string Data, string Part, string Metric, Estimate Estimate);
