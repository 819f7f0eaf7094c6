using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>The fields that the records of all verbs share.</summary>
public abstract record SourceRecord
{
    private const double LongestSeconds = 600;

    /// <summary>The record's own name, given back with the answer: a string or a number.</summary>
    [JsonPropertyOrder(-1)]
    public RecordId? Id { get; init; }

    /// <summary>Seconds that the request may take; 60 by default, of a blend 600.</summary>
    [Range(0, LongestSeconds, MinimumIsExclusive = true, ErrorMessage = "a number of seconds above 0 and at most 600")]
    [JsonPropertyOrder(1)]
    public double? Timeout { get; init; }

    /// <summary>The time that the request may take.</summary>
    [JsonIgnore]
    public TimeSpan Time => Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : RequestTime.Default;
}
