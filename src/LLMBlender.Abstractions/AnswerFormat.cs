namespace LLMBlender.Abstractions;

/// <summary>Requires answers to be JSON objects.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.AnswerFormat")]
public sealed record AnswerFormat
{
    /// <summary>The JSON schema of the answers, as JSON text; null for any object.</summary>
    [Id(0)]
    public string? Schema { get; init; }

    /// <summary>The schema's name; null if there is none.</summary>
    [Id(1)]
    public string? Name { get; init; }

    /// <summary>The schema's description; may be null.</summary>
    [Id(2)]
    public string? Description { get; init; }

    /// <summary>Whether backends that support it constrain answers to the schema (strict mode); null for the backend's default.</summary>
    [Id(3)]
    public bool? Strict { get; init; }
}
