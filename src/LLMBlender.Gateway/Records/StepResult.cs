using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.Records;

/// <summary>A step of a blend in progress.</summary>
internal sealed record StepResult
{
    /// <summary>
    /// The step: asking, member_text, member, ranking, ranked, fusing. Only in chat streams; other streams use it as the event's name.
    /// </summary>
    public string? Event { get; init; }

    /// <summary>The index of the step's choice. Only in chat streams.</summary>
    public int? Index { get; init; }

    /// <summary>Seconds since the start of the request.</summary>
    public required double Seconds { get; init; }

    /// <summary>The panel's members; with asking.</summary>
    public string[]? Members { get; init; }

    /// <summary>The member that answered or failed; with member.</summary>
    public MemberResult? Member { get; init; }

    /// <summary>The name of the member that generates text; with member_text.</summary>
    public string? Name { get; init; }

    /// <summary>The next characters of the member's answer; with member_text.</summary>
    public string? Text { get; init; }

    /// <summary>The candidates with their ranks; with ranked.</summary>
    public RankedCandidate[]? Candidates { get; init; }

    /// <summary>The ranker; with ranked.</summary>
    public string? Ranker { get; init; }

    /// <summary>The number of ordered pairs whose logit was used; with ranked.</summary>
    public int? Comparisons { get; init; }

    /// <summary>The number of pairs that were cached or computed for another request; with ranked, and 0 for a caller with a key.</summary>
    public int? Reused { get; init; }

    /// <summary>The comparison matrix; with ranked.</summary>
    public float?[][]? Matrix { get; init; }

    /// <summary>The probability of each entry of the matrix; with ranked, if the ranker is calibrated.</summary>
    public double?[][]? Probability { get; init; }

    /// <summary>The probability that the first candidate is the best; with ranked, if the ranker is calibrated.</summary>
    public double? Confidence { get; init; }

    /// <summary>The ranker's name, kind and temperature; with ranked.</summary>
    public RankerInfo? RankerInfo { get; init; }

    /// <summary>Returns a step's name.</summary>
    public static string NameOf(BlendEvent step) => JsonNamingPolicy.SnakeCaseLower.ConvertName(step.Kind.ToString());

    /// <summary>Creates the JSON form of a step.</summary>
    public static StepResult Create(BlendEvent step) => new()
    {
        Seconds = step.Seconds,
        Members = step.Members,
        Member = step.Member is { } member ? MemberResult.Create(member, withText: true) : null,
        Name = step.Name,
        Text = step.Text,
        Candidates = step.Candidates,
        Ranker = step.Ranking?.Ranker,
        Comparisons = step.Ranking?.Comparisons,
        Reused = step.Ranking?.Reused,
        Matrix = RankResult.Rows(step.Ranking?.Matrix),
        Probability = RankResult.Probabilities(step.Ranking),
        Confidence = step.Ranking?.Confidence,
        RankerInfo = step.Ranking?.RankerInfo,
    };
}
