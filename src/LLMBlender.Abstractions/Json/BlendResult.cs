using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>A blended answer and how it was made.</summary>
public sealed record BlendResult
{
    /// <summary>The record's own name, if it has one.</summary>
    public RecordId? Id { get; init; }

    /// <summary>The answer: the fused one, or the best candidate.</summary>
    public required string Answer { get; init; }

    /// <summary>Every candidate, in the order given or asked for.</summary>
    public required RankedCandidate[] Candidates { get; init; }

    /// <summary>Indices of the candidates that the answer was made from, best first.</summary>
    public required int[] MadeFrom { get; init; }

    /// <summary>What failed while the blend went on without it; empty when nothing did.</summary>
    public required BlendFailure[] Failures { get; init; }

    /// <summary>What it cost.</summary>
    public required BlendUsage Usage { get; init; }

    /// <summary>How the answer was chosen; absent where no fuser was asked.</summary>
    public BlendFusion? Fusion { get; init; }

    /// <summary>True where a limit of tokens cut the answer off; absent otherwise.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool ReachedLimit { get; init; }

    /// <summary>How it was made, where the request asked for that.</summary>
    public TraceResult? Trace { get; init; }

    /// <summary>The record form of a response.</summary>
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
            Trace = response.Trace is { } trace ? TraceResult.Create(trace) : null,
        };
    }
}
