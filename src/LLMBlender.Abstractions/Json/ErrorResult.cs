using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>The error line of a failed record.</summary>
public sealed record ErrorResult
{
    /// <summary>The record's id; null if none was read.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public RecordId? Id { get; init; }

    /// <summary>The error message.</summary>
    public required string Error { get; init; }
}
