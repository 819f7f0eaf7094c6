using System.Text.Json.Serialization;

namespace LLMBlender.Abstractions.Json;

/// <summary>The verdict on answers; lists are in the candidates' order.</summary>
public sealed record VerifyResult
{
    /// <summary>The record's id; null if it has none.</summary>
    public RecordId? Id { get; init; }

    /// <summary>The verdict.</summary>
    public required AnswerVerdict Verdict { get; init; }

    /// <summary>The index of the answer to use: the accepted one, or the first of tied ones. Absent if none is.</summary>
    public int? Choice { get; init; }

    /// <summary>Why, in a sentence for people.</summary>
    public required string Reason { get; init; }

    /// <summary>The probability that the best answer is right as the panel's calibration counts it, is the best of these, or is better than the reference. Absent if not known.</summary>
    public double? Confidence { get; init; }

    /// <summary>The confidence from which an answer is accepted; absent if the panel accepts none, because no confidence is known to keep its risk.</summary>
    public double? Threshold { get; init; }

    /// <summary>Whether the confidence was measured of the panel's choices; false if it is the ranker's own.</summary>
    public required bool Calibrated { get; init; }

    /// <summary>Each answer's verdict.</summary>
    public required VerifiedCandidate[] Candidates { get; init; }

    /// <summary>Ordered pairs whose logit was used.</summary>
    public required int Comparisons { get; init; }

    /// <summary>The ranker's name, kind and temperature.</summary>
    public RankerInfo? RankerInfo { get; init; }
}

/// <summary>A verdict on an answer.</summary>
public sealed record VerifiedCandidate
{
    /// <summary>The model that wrote it; absent if unknown.</summary>
    public string? Model { get; init; }

    /// <summary>The verdict on it: approve, reject or abstain.</summary>
    public required AnswerVerdict Verdict { get; init; }

    /// <summary>The rank from 1, the best; ties share the smallest rank.</summary>
    public required int Rank { get; init; }

    /// <summary>The score, higher is better.</summary>
    public required double Score { get; init; }

    /// <summary>
    /// The probability that it is better than the reference; without one, that it is at least as good as the best of the others. Absent if the ranker is not calibrated, or
    /// there is nothing to compare with.
    /// </summary>
    public double? Probability { get; init; }
}

/// <summary>A verdict on answers.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<AnswerVerdict>))]
public enum AnswerVerdict
{
    /// <summary>An answer is accepted.</summary>
    Approve,

    /// <summary>The best answers can't be told apart, and are better than the others.</summary>
    Tie,

    /// <summary>The reference is better than every answer.</summary>
    Reject,

    /// <summary>The ranker is not sure, or has nothing to compare with.</summary>
    Abstain,
}
