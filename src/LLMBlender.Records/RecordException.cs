namespace LLMBlender.Records;

/// <summary>A record that can't be used. The message names the field, its value and the rule; whoever reads the file adds file and line.</summary>
public sealed class RecordException(string message, Exception? inner = null) : Exception(message, inner);
