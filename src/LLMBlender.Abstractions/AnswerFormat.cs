namespace LLMBlender.Abstractions;

/// <summary>Asks for answers that are JSON objects.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.AnswerFormat")]
public sealed record AnswerFormat
{
    /// <summary>The JSON schema that an answer must fit, as JSON text; null for any object.</summary>
    [Id(0)]
    public string? Schema { get; init; }

    /// <summary>What the schema is called; null where there is none.</summary>
    [Id(1)]
    public string? Name { get; init; }

    /// <summary>What the schema is for; may be null.</summary>
    [Id(2)]
    public string? Description { get; init; }

    /// <summary>Whether a backend that can is to write by the schema token by token; null to leave that to the backend.</summary>
    [Id(3)]
    public bool? Strict { get; init; }
}
