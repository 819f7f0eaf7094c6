namespace LLMBlender.Abstractions.Json;

/// <summary>Declares which JSON types a field of undetermined type takes.</summary>
/// <param name="rule">The rule, for errors: "must be" goes before it.</param>
/// <param name="types">The .NET types whose JSON it takes; object for any JSON object.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class JsonUnionAttribute(string rule, params Type[] types) : Attribute
{
    /// <summary>The rule, for errors.</summary>
    public string Rule { get; } = rule;

    /// <summary>The types.</summary>
    public IReadOnlyList<Type> Types { get; } = types;
}
