namespace LLMBlender.Abstractions;

/// <summary>Names of what a panel can let requests change.</summary>
public static class PanelOverride
{
    /// <summary>The members; see <see cref="Composition.Members"/>.</summary>
    public const string Members = "members";

    /// <summary>The stages; see <see cref="Composition.Stages"/>.</summary>
    public const string Stages = "stages";

    /// <summary>The confidence; see <see cref="Composition.Confidence"/>.</summary>
    public const string Confidence = "confidence";

    /// <summary>The limit of the cost; see <see cref="Composition.MaxCost"/>.</summary>
    public const string MaxCost = "max_cost";

    /// <summary>The limit of the calls; see <see cref="Composition.MaxCalls"/>.</summary>
    public const string MaxCalls = "max_calls";

    /// <summary>The members' effort; see <see cref="Composition.Efforts"/>.</summary>
    public const string Effort = "effort";

    /// <summary>The ranker.</summary>
    public const string Ranker = "ranker";

    /// <summary>The aggregation.</summary>
    public const string Aggregate = "aggregate";

    /// <summary>The fuser.</summary>
    public const string Fuser = "fuser";

    /// <summary>The number of fused candidates.</summary>
    public const string TopK = "top_k";

    /// <summary>All names.</summary>
    public static IReadOnlyList<string> All { get; } = [Members, Stages, Confidence, MaxCost, MaxCalls, Effort, Ranker, Aggregate, Fuser, TopK];

    /// <summary>What requests may change of a panel that does not say.</summary>
    public static IReadOnlyList<string> Default { get; } = [Ranker, Aggregate, Fuser, TopK];

    /// <summary>Returns what a request changes.</summary>
    public static IEnumerable<string> In(BlendRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        var made = request.Composition;
        (bool IsMade, string Name)[] changes =
        [
            (made?.Members is not null, Members), (made?.Stages is not null, Stages), (made?.Confidence is not null, Confidence),
            (made?.MaxCost is not null, MaxCost), (made?.MaxCalls is not null, MaxCalls), (made?.Efforts is not null, Effort),
            (request.Ranker is not null, Ranker), (request.Aggregation is not null, Aggregate), (request.Fuser is not null, Fuser), (request.TopK is not null, TopK),
        ];
        return changes.Where(static change => change.IsMade).Select(static change => change.Name);
    }
}
