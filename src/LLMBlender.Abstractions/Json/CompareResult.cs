using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>The result of a comparison.</summary>
public sealed record CompareResult
{
    /// <summary>The record's id; null if it has none.</summary>
    public RecordId? Id { get; init; }

    /// <summary>Order both: M[a,b] − M[b,a]. Order ab: M[a,b]. Order ba: M[b,a], above 0 if b is better.</summary>
    public required float Logit { get; init; }

    /// <summary>The better candidate, independent of the order.</summary>
    public required BetterCandidate Better { get; init; }

    /// <summary>
    /// The probability that a is better, independent of the order: σ(logit / temperature), of both orders with the mean of their logits.
    /// Absent if the ranker is not calibrated.
    /// </summary>
    public double? Probability { get; init; }

    /// <summary>The ranker's name, kind and temperature.</summary>
    public RankerInfo? RankerInfo { get; init; }

    /// <summary>Converts a response to a record.</summary>
    public static CompareResult Create(RecordId? id, CompareResponse response)
    {
        ArgumentNullException.ThrowIfNull(response);
        return new CompareResult
        {
            Id = id,
            Logit = response.Logit,
            Better = response.Better switch { > 0 => BetterCandidate.A, < 0 => BetterCandidate.B, _ => BetterCandidate.Tie },
            Probability = response.Probability,
            RankerInfo = response.RankerInfo,
        };
    }
}

/// <summary>The better of two candidates.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<BetterCandidate>))]
public enum BetterCandidate
{
    /// <summary>Neither: the logit is 0.</summary>
    Tie,

    /// <summary>The candidate a.</summary>
    A,

    /// <summary>The candidate b.</summary>
    B,
}
