namespace LLMBlender.Inference;

/// <summary>A model, checkpoint or tokenizer that can't be used.</summary>
/// <remarks>The message contains the file, the field or tensor, its value, and the violated rule.</remarks>
public sealed class ModelException : Exception
{
    /// <param name="file">The invalid file or folder.</param>
    /// <param name="problem">The field or tensor, its value, and the violated rule.</param>
    /// <param name="inner">The original exception, if any.</param>
    public ModelException(string file, string problem, Exception? inner = null)
        : base($"{file}: {problem}", inner) => File = file;

    /// <summary>The invalid file or folder.</summary>
    public string File { get; }
}
