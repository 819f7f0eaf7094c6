namespace LLMBlender.Abstractions.Json;

/// <summary>The error for an invalid JSON record. The message contains the field's path from the record's root, the value and the rule.</summary>
/// <param name="field">The field, such as <c>candidates[2].text</c>; null for the record itself.</param>
/// <param name="message">The error message.</param>
/// <param name="inner">The cause; null for none.</param>
public sealed class JsonFieldException(string? field, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The field; null for the record itself, whose message then starts with "is".</summary>
    public string? Field { get; } = field;
}
