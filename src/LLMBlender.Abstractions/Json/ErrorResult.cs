using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>The line for a record that failed.</summary>
public sealed record ErrorResult
{
    /// <summary>The record's id; null where none could be read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public RecordId? Id { get; init; }

    /// <summary>What is wrong.</summary>
    public required string Error { get; init; }
}
