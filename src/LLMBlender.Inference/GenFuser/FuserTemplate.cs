namespace LLMBlender.Inference.GenFuser;

/// <summary>Writes a fuser's source of its parts; control tokens in it are the model's.</summary>
/// <param name="instruction">The instruction.</param>
/// <param name="input">What it is about, if anything.</param>
/// <param name="candidates">The candidates, best first.</param>
public delegate string FuserTemplate(string instruction, string? input, IReadOnlyList<string> candidates);
