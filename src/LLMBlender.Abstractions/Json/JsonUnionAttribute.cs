namespace LLMBlender.Abstractions.Json;

/// <summary>Declares the JSON types of a field that can have several.</summary>
/// <param name="rule">The rule for error messages, after "must be".</param>
/// <param name="types">The .NET types whose JSON is valid; object for any JSON object.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class JsonUnionAttribute(string rule, params Type[] types) : Attribute
{
    /// <summary>The rule for error messages, after "must be".</summary>
    public string Rule { get; } = rule;

    /// <summary>The types.</summary>
    public IReadOnlyList<Type> Types { get; } = types;

    /// <summary>Whether the field can be null.</summary>
    public bool IsNullable { get; set; }
}
