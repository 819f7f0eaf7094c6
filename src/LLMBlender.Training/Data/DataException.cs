namespace LLMBlender.Training.Data;

/// <summary>Training data or a run's configuration that can't be used; the message names file, line or field, and the rule.</summary>
internal sealed class DataException(string message, Exception? inner = null) : Exception(message, inner);
