namespace LLMBlender.Records;

/// <summary>Arguments that make no sense, or a file that can't be opened, read or written. The message says which and why.</summary>
public sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
