namespace LLMBlender.Abstractions.Json;

/// <summary>How a blend was made.</summary>
public sealed record TraceResult
{
    /// <summary>The panel's members, in its order; empty where the candidates were given.</summary>
    public required MemberResult[] Members { get; init; }

    /// <summary>How long each step took.</summary>
    public required TraceSeconds Seconds { get; init; }

    /// <summary>The ranker; absent, as all below, where nothing was ranked.</summary>
    public string? Ranker { get; init; }

    /// <summary>Ordered pairs whose logit was used.</summary>
    public int? Comparisons { get; init; }

    /// <summary>How many of them were cached, or computed for another request.</summary>
    public int? Reused { get; init; }

    /// <summary>The candidates' ranks.</summary>
    public int[]? Ranks { get; init; }

    /// <summary>The candidates' scores.</summary>
    public double[]? Scores { get; init; }

    /// <summary>The comparison matrix, as the answer of rank has it.</summary>
    public float?[][]? Matrix { get; init; }

    /// <summary>The record form of a trace.</summary>
    public static TraceResult Create(BlendTrace trace)
    {
        ArgumentNullException.ThrowIfNull(trace);
        return new TraceResult
        {
            Members = Array.ConvertAll(trace.Members, static member => MemberResult.Create(member, withText: false)),
            Seconds = new TraceSeconds { Panel = trace.PanelSeconds, Rank = trace.RankSeconds, Fuse = trace.FuseSeconds },
            Ranker = trace.Ranking?.Ranker,
            Comparisons = trace.Ranking?.Comparisons,
            Reused = trace.Ranking?.Reused,
            Ranks = trace.Ranking?.Ranks,
            Scores = trace.Ranking?.Scores,
            Matrix = RankResult.Rows(trace.Ranking?.Matrix),
        };
    }
}

/// <summary>How long each step of a blend took.</summary>
public sealed record TraceSeconds
{
    /// <summary>Asking the panel.</summary>
    public required double Panel { get; init; }

    /// <summary>Ranking.</summary>
    public required double Rank { get; init; }

    /// <summary>Fusing, and comparing the fused answer with the best candidate.</summary>
    public required double Fuse { get; init; }
}

/// <summary>The answer of a panel's member, or why there is none.</summary>
public sealed record MemberResult
{
    /// <summary>The member: a backend's name, and #2 and so on for its further samples.</summary>
    public required string Name { get; init; }

    /// <summary>Seconds from asking the panel to the answer or failure.</summary>
    public required double Seconds { get; init; }

    /// <summary>The answer; in a stream's steps alone.</summary>
    public string? Text { get; init; }

    /// <summary>Why there is no answer; absent where there is one.</summary>
    public BlendFailure? Failure { get; init; }

    /// <summary>Tokens read.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Tokens written.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>The cost in the currency of the configured prices; absent where none are configured.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Whether it was slow and asked a second time.</summary>
    public required bool Hedged { get; init; }

    /// <summary>The record form of a report.</summary>
    public static MemberResult Create(MemberReport member, bool withText)
    {
        ArgumentNullException.ThrowIfNull(member);
        return new MemberResult
        {
            Name = member.Name,
            Seconds = member.Seconds,
            Text = withText ? member.Text : null,
            Failure = member.Failure,
            PromptTokens = member.PromptTokens,
            CompletionTokens = member.CompletionTokens,
            Cost = member.Cost,
            Hedged = member.Hedged,
        };
    }
}
