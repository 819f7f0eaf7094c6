namespace LLMBlender.Cli;

/// <summary>Arguments that make no sense, or a file that can't be opened, read or written. The message says which and why.</summary>
internal sealed class UsageException(string message, Exception? inner = null) : Exception(message, inner);
