namespace LLMBlender.Local.Backends;

/// <summary>A panel in a configuration: backends and how they are asked, or recorded answers.</summary>
public sealed record PanelSettings
{
    /// <summary>What requests call it.</summary>
    public string Name { get; set; } = "";

    /// <summary>What it is for, shown to those who choose.</summary>
    public string Description { get; set; } = "";

    /// <summary>The backends that it asks. Goes with no <see cref="Records"/>.</summary>
    public string[] Members { get; set; } = [];

    /// <summary>A file of recorded answers, in the shape of the verb <c>blend</c>'s records with candidates.</summary>
    public string? Records { get; set; }

    /// <summary>How many answers each backend gives. From 1.</summary>
    public int Samples { get; set; } = 1;

    /// <summary>The most time that a whole blend may take; a request may name less. Null for the request's own.</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>How long each member is waited for; null for the panel's share of the request's time.</summary>
    public TimeSpan? MemberTimeout { get; set; }

    /// <summary>The share of a request's time that the panel may take: ranking and fusing want theirs. Above 0, at most 1.</summary>
    public double TimeShare { get; set; } = 0.7;

    /// <summary>How many answers are enough to go on without the others, and below which the blend fails; null for all, and one.</summary>
    public int? Quorum { get; set; }

    /// <summary>How long the others are waited for once there are enough.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The share of calls that may be repeated because a member is slow; 0 for none, at most 1.</summary>
    public double HedgeBudget { get; set; }

    /// <summary>When a member counts as slow; null for slower than all but the budget's share of its last answers, and than 95 of 100.</summary>
    public TimeSpan? HedgeAfter { get; set; }

    /// <summary>The ranker, or a backend that judges pair by pair; null for the default ranker.</summary>
    public string? Ranker { get; set; }

    /// <summary>How comparisons become a ranking; null for the default.</summary>
    public string? Aggregate { get; set; }

    /// <summary>How many of the best are fused; null for the fuser's default.</summary>
    public int? TopK { get; set; }

    /// <summary>Who fuses: <c>select</c>, a fuser's name or a backend's; null for the default one.</summary>
    public string? Fuser { get; set; }

    /// <summary>
    /// The wishes that are passed on to its members, who must all be able to honour them: <c>response_format</c>, <c>tools</c>.
    /// The best answer is then given as it is. Goes with no <see cref="Records"/>.
    /// </summary>
    public string[] Passes { get; set; } = [];
}
