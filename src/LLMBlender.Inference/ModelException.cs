namespace LLMBlender.Inference;

/// <summary>A model, checkpoint or tokenizer that can't be used as it is.</summary>
/// <remarks>The message names the file, the field or tensor in it, its value, and the rule that it breaks.</remarks>
public sealed class ModelException : Exception
{
    /// <param name="file">The file or folder that is at fault.</param>
    /// <param name="problem">Field or tensor, value, and the rule it breaks.</param>
    /// <param name="inner">What was thrown underneath, if anything was.</param>
    public ModelException(string file, string problem, Exception? inner = null)
        : base($"{file}: {problem}", inner) => File = file;

    /// <summary>The file or folder that is at fault.</summary>
    public string File { get; }
}
