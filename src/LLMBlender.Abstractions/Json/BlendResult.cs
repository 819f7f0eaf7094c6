using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>A blended answer and its provenance.</summary>
public sealed record BlendResult
{
    /// <summary>The value of <see cref="Ranking"/> if the candidates could not be ranked.</summary>
    public const string NoRanking = "none";

    /// <summary>The record's id; null if it has none.</summary>
    public RecordId? Id { get; init; }

    /// <summary>The answer: the fused one, or the best candidate.</summary>
    public required string Answer { get; init; }

    /// <summary>Every candidate, in the order of the request or the panel.</summary>
    public required RankedCandidate[] Candidates { get; init; }

    /// <summary>Indices of the candidates that the answer was made from, best first.</summary>
    public required int[] MadeFrom { get; init; }

    /// <summary>Failures of parts; empty if there are none.</summary>
    public required BlendFailure[] Failures { get; init; }

    /// <summary>Tokens, comparisons and cost.</summary>
    public required BlendUsage Usage { get; init; }

    /// <summary>How the answer was chosen; absent if no fuser was called.</summary>
    public BlendFusion? Fusion { get; init; }

    /// <summary>True if the answer was truncated by a token limit; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ReachedLimit { get; init; }

    /// <summary><c>none</c> if the candidates could not be ranked, so that the answer is the first usable one; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Ranking { get; init; }

    /// <summary>What the caller should know about the answer; absent if there is nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string[]? Warnings { get; init; }

    /// <summary>The ranker's name, kind and temperature; absent if the candidates were not ranked.</summary>
    public RankerInfo? RankerInfo { get; init; }

    /// <summary>
    /// The probability that the candidate of rank 1 is the best of the candidates; of a panel with a calibration, that it is right as the calibration
    /// counts it. Absent if the candidates were not ranked, the ranker is not calibrated, or there is a single candidate.
    /// </summary>
    public double? Confidence { get; init; }

    /// <summary>
    /// True if the panel's rule accepted no candidate, after all stages: the answer is fused, or the best candidate with a warning. Absent otherwise.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Abstained { get; init; }

    /// <summary>The panel's stages, those that were not asked too; absent for a panel that asks all members at once.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public StageReport[]? Stages { get; init; }

    /// <summary>The trace, if requested.</summary>
    public TraceResult? Trace { get; init; }

    /// <summary>Converts a response to a record.</summary>
    public static BlendResult Create(RecordId? id, BlendResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return new BlendResult
        {
            Id = id,
            Answer = response.Answer,
            Candidates = response.Candidates,
            MadeFrom = response.MadeFrom,
            Failures = response.Failures,
            Usage = response.Usage,
            Fusion = response.Fusion,
            ReachedLimit = response.ReachedLimit,
            Ranking = response.IsUnranked ? NoRanking : null,
            Warnings = response.Warnings is { Length: > 0 } warnings ? warnings : null,
            RankerInfo = response.RankerInfo,
            Confidence = response.Confidence,
            Abstained = response.Abstained,
            Stages = response.Stages is { Length: > 0 } stages ? stages : null,
            Trace = response.Trace is { } trace ? TraceResult.Create(trace) : null,
        };
    }
}
