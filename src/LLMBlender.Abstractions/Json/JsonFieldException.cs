namespace LLMBlender.Abstractions.Json;

/// <summary>A JSON record that breaks a rule. The message names the field from the record's root, its value and the rule.</summary>
/// <param name="field">The field, such as <c>candidates[2].text</c>; null for the record itself.</param>
/// <param name="message">What is wrong.</param>
/// <param name="inner">What caused it, if anything.</param>
public sealed class JsonFieldException(string? field, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The field; null for the record itself, whose message then starts with "is".</summary>
    public string? Field { get; } = field;
}
