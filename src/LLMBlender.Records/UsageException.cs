namespace LLMBlender.Records;

/// <summary>Arguments are invalid, or a file can't be opened, read or written. The message contains the value and the reason.</summary>
public sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
