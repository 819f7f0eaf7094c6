using LLMBlender.Abstractions;

namespace LLMBlender.Local.Backends;

/// <summary>The backends that are asked together, how long they are waited for, and what becomes of their answers.</summary>
/// <param name="Name">What requests call it.</param>
/// <param name="Members">The backends' names, at least one.</param>
public sealed record Panel(string Name, string[] Members)
{
    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>How many answers each backend gives, from 1.</summary>
    public int Samples { get; init; } = 1;

    /// <summary>How many answers are enough to go on without the others, and below which the blend fails; null for all, and one.</summary>
    public int? Quorum { get; init; }

    /// <summary>How long the others are waited for once there are enough.</summary>
    public TimeSpan Grace { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The most time that a whole blend may take; null for the request's own.</summary>
    public TimeSpan? Deadline { get; init; }

    /// <summary>How long each member is waited for; null for the panel's share of the request's time.</summary>
    public TimeSpan? MemberTimeout { get; init; }

    /// <summary>The share of a request's time that the panel may take: ranking and fusing want theirs.</summary>
    public double TimeShare { get; init; } = 0.7;

    /// <summary>The share of calls that may be repeated because a member is slow.</summary>
    public double HedgeBudget
    {
        get;
        init => (field, Hedges) = (value, new HedgeBudget(value));
    }

    /// <summary>When a member counts as slow; null for slower than it usually is.</summary>
    public TimeSpan? HedgeAfter { get; init; }

    /// <summary>The ranker where a request names none; null for the default one.</summary>
    public string? Ranker { get; init; }

    /// <summary>The aggregation where a request names none; null for the default.</summary>
    public string? Aggregation { get; init; }

    /// <summary>How many are fused where a request sets no number; null for the fuser's default.</summary>
    public int? TopK { get; init; }

    /// <summary>The fuser where a request names none; null for the default one.</summary>
    public string? Fuser { get; init; }

    /// <summary>The features that it forwards to its members; of <see cref="ForwardedFeature"/>.</summary>
    public string[] Passes { get; init; } = [];

    /// <summary>Instructions that it can answer; empty for a panel that answers any.</summary>
    public string[] Examples { get; init; } = [];

    /// <summary>What hedging has left.</summary>
    public HedgeBudget Hedges { get; private init; } = new(0);

    /// <summary>Its members with their samples, as answers are named: <c>a</c>, <c>a#2</c>, <c>b</c>, <c>b#2</c>.</summary>
    public (string Backend, int Sample, string Name)[] Slots() =>
        [.. Members.SelectMany(member => Enumerable.Range(0, Samples).Select(i => (member, i, i == 0 ? member : $"{member}#{i + 1}")))];

    /// <summary>A panel of settings that keep to the rules.</summary>
    public static Panel Create(PanelSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return new Panel(settings.Name, settings.Members)
        {
            Description = settings.Description,
            Samples = settings.Samples,
            Quorum = settings.Quorum,
            Grace = settings.Grace,
            Deadline = settings.Deadline,
            MemberTimeout = settings.MemberTimeout,
            TimeShare = settings.TimeShare,
            HedgeBudget = settings.HedgeBudget,
            HedgeAfter = settings.HedgeAfter,
            Ranker = settings.Ranker,
            Aggregation = settings.Aggregate,
            TopK = settings.TopK,
            Fuser = settings.Fuser,
            Passes = settings.Passes,
        };
    }
}
