namespace LLMBlender.Inference.GenFuser;

/// <summary>Composes a fuser's source text; it may contain control tokens of the model.</summary>
/// <param name="instruction">The instruction.</param>
/// <param name="input">The input of the instruction; may be null.</param>
/// <param name="candidates">The candidates, best first.</param>
public delegate string FuserTemplate(string instruction, string? input, IReadOnlyList<string> candidates);
