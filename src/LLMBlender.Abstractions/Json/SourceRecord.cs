using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>The common fields of all requests' records.</summary>
public abstract record SourceRecord
{
    private const double LongestSeconds = 86_400;

    /// <summary>The record's id, repeated in the result: a string or a number.</summary>
    [JsonPropertyOrder(-1)]
    public RecordId? Id { get; init; }

    /// <summary>The time limit in seconds, above 0 and at most 86400, a day; 60 by default, a day for a blend.</summary>
    [Range(0, LongestSeconds, MinimumIsExclusive = true, ErrorMessage = "a number of seconds above 0 and at most 86400")]
    [JsonPropertyOrder(1)]
    public double? Timeout { get; init; }

    /// <summary>The time limit.</summary>
    [JsonIgnore]
    public TimeSpan Time => Timeout is { } seconds ? TimeSpan.FromSeconds(seconds) : RequestTime.Default;
}
