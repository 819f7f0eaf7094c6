namespace LLMBlender.Core.Fusion;

/// <summary>A piece of a fused answer, in generation order.</summary>
/// <param name="Text">The text that follows the previous pieces; may be empty.</param>
/// <param name="Usage">The token usage; on the last piece, if the fuser counts tokens.</param>
public sealed record FusionPart(string Text, FusionUsage? Usage = null);
