namespace LLMBlender.Core.Fusion;

/// <summary>A piece of a fused answer, as it is written.</summary>
/// <param name="Text">What follows the pieces before; may be empty.</param>
/// <param name="Usage">What it cost; on the last piece, if the fuser counts.</param>
public sealed record FusionPart(string Text, FusionUsage? Usage = null);
