namespace LLMBlender.Abstractions;

/// <summary>What a request changes of its panel, as far as the panel lets requests change it.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.Composition")]
public sealed record Composition
{
    /// <summary>The key of <see cref="Efforts"/> for every member that has none of its own.</summary>
    public const string EveryMember = "*";

    /// <summary>The members to ask, of the panel's own and of those that it offers; null for the panel's own.</summary>
    [Id(0)]
    public string[]? Members { get; init; }

    /// <summary>The members by stage, each as often as it is listed; null for the panel's stages. Excludes <see cref="Members"/>.</summary>
    [Id(1)]
    public string[][]? Stages { get; init; }

    /// <summary>The confidence from which the best answer so far is accepted, from 0 to 1; null for the panel's rule.</summary>
    [Id(2)]
    public double? Confidence { get; init; }

    /// <summary>
    /// The cost that the members' answers are not to exceed, above 0, in the currency of the configured prices; null for no limit. A member is asked only if
    /// its expected cost is within what is left.
    /// </summary>
    [Id(3)]
    public decimal? MaxCost { get; init; }

    /// <summary>The maximum number of answers that are asked from members, at least 1; null for no limit.</summary>
    [Id(4)]
    public int? MaxCalls { get; init; }

    /// <summary>How much members reason, by name or <see cref="EveryMember"/>: the field <c>reasoning_effort</c>; null for the request's.</summary>
    [Id(5)]
    public Dictionary<string, string>? Efforts { get; init; }

    /// <summary>Returns a composition; null if nothing is changed.</summary>
    public static Composition? Of(
        string[]? members, string[][]? stages, double? confidence, decimal? maxCost, int? maxCalls, IReadOnlyDictionary<string, string>? efforts) =>
        members is null && stages is null && confidence is null && maxCost is null && maxCalls is null && efforts is not { Count: > 0 } ? null : new Composition
        {
            Members = members,
            Stages = stages,
            Confidence = confidence,
            MaxCost = maxCost,
            MaxCalls = maxCalls,
            Efforts = efforts is { Count: > 0 } ? new Dictionary<string, string>(efforts) : null,
        };
}
