namespace LLMBlender.Inference.PairRanker;

/// <summary>A comparison of two candidates of a record, the first on the left.</summary>
/// <param name="Record">The record of both candidates.</param>
/// <param name="First">Index of the candidate on the left.</param>
/// <param name="Second">Index of the candidate on the right.</param>
public readonly record struct Comparison(EncodedRecord Record, int First, int Second);
