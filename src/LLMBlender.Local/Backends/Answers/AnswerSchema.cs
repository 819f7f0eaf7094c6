using System.Text.Json;

namespace LLMBlender.Local.Backends.Answers;

/// <summary>
/// Validates a value against the part of JSON Schema that structured outputs guarantee: <c>type</c>, <c>enum</c>, <c>const</c>,
/// <c>properties</c>, <c>required</c>, <c>additionalProperties</c>, <c>items</c>, <c>minItems</c>, <c>maxItems</c>, <c>minimum</c>,
/// <c>maximum</c>, <c>anyOf</c>, <c>allOf</c>, and <c>$ref</c> within the schema. Other keywords are not checked.
/// </summary>
/// <remarks>
/// The schema is untrusted input of the caller, and the value of a model: nothing is fetched, no pattern is evaluated, and depth and work
/// are limited. Safe for concurrent use.
/// </remarks>
public sealed class AnswerSchema(JsonElement root)
{
    /// <summary>Returns the first rule that a value breaks, with its path; null if it breaks none.</summary>
    public string? Fault(JsonElement value) => new SchemaCheck(root).Fault(value);
}
