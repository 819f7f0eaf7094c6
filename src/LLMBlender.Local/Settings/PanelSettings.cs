
namespace LLMBlender.Local.Settings;

/// <summary>A panel in a configuration: backends with limits and defaults, or recorded answers.</summary>
public sealed record PanelSettings
{
    /// <summary>The name that requests use.</summary>
    public string Name { get; set; } = "";

    /// <summary>The panel's purpose, which lists of panels show.</summary>
    public string Description { get; set; } = "";

    /// <summary>The names of the panel's backends. Excludes <see cref="Records"/>.</summary>
    public string[] Members { get; set; } = [];

    /// <summary>A file of recorded answers, in the format of <c>blend</c>'s records with candidates.</summary>
    public string? Records { get; set; }

    /// <summary>Answers requested from each backend. From 1.</summary>
    public int Samples { get; set; } = 1;

    /// <summary>The time limit of a whole blend; a request may set a shorter one. Null for the request's.</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>The time limit of each member; null for the panel's share of the request's time.</summary>
    public TimeSpan? MemberTimeout { get; set; }

    /// <summary>The panel's share of a request's time; the rest is for ranking and fusing. Above 0, at most 1.</summary>
    public double TimeShare { get; set; } = 0.7;

    /// <summary>Answers after which the others get only <see cref="Grace"/>, and without which the blend fails; null to wait for all and require one.</summary>
    public int? Quorum { get; set; }

    /// <summary>How long the other answers are awaited after the quorum is reached.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The share of calls that may be hedged because a member is slow; 0 for none, at most 1.</summary>
    public double HedgeBudget { get; set; }

    /// <summary>The latency above which a member is slow; null for the quantile of its last latencies that the budget allows, at least 0.95.</summary>
    public TimeSpan? HedgeAfter { get; set; }

    /// <summary>The ranker, a scorer, or a backend that judges pairs; null for the default ranker.</summary>
    public string? Ranker { get; set; }

    /// <summary>The aggregation of comparisons to a ranking; null for the default.</summary>
    public string? Aggregate { get; set; }

    /// <summary>The number of best candidates to fuse; null for the fuser's default.</summary>
    public int? TopK { get; set; }

    /// <summary>The fuser: <c>select</c>, or the name of a fuser or backend; null for the default.</summary>
    public string? Fuser { get; set; }

    /// <summary>
    /// The features that the panel forwards to its members, all of which must support them: <c>response_format</c>, <c>tools</c>.
    /// The best answer is then returned unchanged. Excludes <see cref="Records"/>.
    /// </summary>
    public string[] Passes { get; set; } = [];

    /// <summary>Whether only the member that made tool calls is asked with their results, until it answers without calls.</summary>
    public bool KeepsMember { get; set; }

    /// <summary>Whether a field of a request that a member does not take fails that member, instead of being left out with a warning.</summary>
    public bool Strict { get; set; }
}
