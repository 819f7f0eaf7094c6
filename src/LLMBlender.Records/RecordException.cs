namespace LLMBlender.Records;

/// <summary>A record is invalid. The message contains the field, its value and the rule; the reader adds file and line.</summary>
public sealed class RecordException(string message, Exception? inner = null) : Exception(message, inner);
