namespace LLMBlender.Local.Settings;

/// <summary>A panel in a configuration that differs from another one in the values that are given here; it has no route.</summary>
public sealed record PanelVariant
{
    /// <summary>The name after that of the panel: <c>fast</c> of <c>house</c> is <c>house:fast</c>.</summary>
    public string Name { get; set; } = "";

    /// <summary>The variant's purpose; null for the panel's.</summary>
    public string? Description { get; set; }

    /// <summary>The members, asked at once; null for the panel's members or stages.</summary>
    public string[]? Members { get; set; }

    /// <summary>The members by stage; null for the panel's members or stages. Excludes <see cref="Members"/>.</summary>
    public string[][]? Stages { get; set; }

    /// <summary>The confidence from which the best answer so far is accepted; null for the panel's rule.</summary>
    public double? Confidence { get; set; }

    /// <summary>Answers requested from each backend; null for the panel's number.</summary>
    public int? Samples { get; set; }

    /// <summary>Answers after which the others get only the grace time; null for the panel's number.</summary>
    public int? Quorum { get; set; }

    /// <summary>The time limit of a whole blend; null for the panel's.</summary>
    public TimeSpan? Deadline { get; set; }

    /// <summary>The ranker; null for the panel's.</summary>
    public string? Ranker { get; set; }

    /// <summary>The aggregation; null for the panel's.</summary>
    public string? Aggregate { get; set; }

    /// <summary>The fuser; null for the panel's.</summary>
    public string? Fuser { get; set; }

    /// <summary>The prompt of a fuser that is a backend; null for the panel's.</summary>
    public string? FuserPrompt { get; set; }

    /// <summary>The prompt of a ranker that is a backend; null for the panel's.</summary>
    public string? JudgePrompt { get; set; }

    /// <summary>What counts first for a ranker that is a backend; null for the panel's.</summary>
    public string[]? Criteria { get; set; }

    /// <summary>The number of best candidates to fuse; null for the panel's.</summary>
    public int? TopK { get; set; }

    /// <summary>The limit of the members' cost; null for the panel's.</summary>
    public decimal? MaxCost { get; set; }

    /// <summary>The limit of the members' answers; null for the panel's.</summary>
    public int? MaxCalls { get; set; }

    /// <summary>How much members reason; null for the panel's.</summary>
    public string? Effort { get; set; }

    /// <summary>Returns the settings of the variant.</summary>
    /// <param name="panel">The settings of the panel.</param>
    public PanelSettings Of(PanelSettings panel)
    {
        ArgumentNullException.ThrowIfNull(panel);
        var isRuled = Confidence is not null;
        var hasMembers = Members is not null || Stages is not null;
        return panel with
        {
            Name = $"{panel.Name}:{Name}",
            Description = Description ?? panel.Description,
            Members = hasMembers ? Members ?? [] : panel.Members,
            Stages = hasMembers ? Stages ?? [] : panel.Stages,
            StageOrder = Stages is null ? panel.StageOrder : null,
            Confidence = Confidence ?? panel.Confidence,
            Risk = isRuled ? null : panel.Risk,
            Calibration = isRuled || hasMembers ? null : panel.Calibration,
            Route = null,
            Samples = Samples ?? (Stages is null ? panel.Samples : 1),
            Quorum = Quorum ?? panel.Quorum,
            Deadline = Deadline ?? panel.Deadline,
            Ranker = Ranker ?? panel.Ranker,
            Aggregate = Aggregate ?? panel.Aggregate,
            Fuser = Fuser ?? panel.Fuser,
            FuserPrompt = FuserPrompt ?? panel.FuserPrompt,
            JudgePrompt = JudgePrompt ?? panel.JudgePrompt,
            Criteria = Criteria ?? panel.Criteria,
            TopK = TopK ?? panel.TopK,
            MaxCost = MaxCost ?? panel.MaxCost,
            MaxCalls = MaxCalls ?? panel.MaxCalls,
            Effort = Effort ?? panel.Effort,
            Variants = [],
        };
    }
}
