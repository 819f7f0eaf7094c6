namespace LLMBlender.Abstractions.Json;

/// <summary>The steps of a blend.</summary>
public sealed record TraceResult
{
    /// <summary>The panel's members, in its order; empty if the request contains candidates.</summary>
    public required MemberResult[] Members { get; init; }

    /// <summary>Durations of the steps, in seconds.</summary>
    public required TraceSeconds Seconds { get; init; }

    /// <summary>The ranker's name; absent, like all following fields, if the candidates were not ranked.</summary>
    public string? Ranker { get; init; }

    /// <summary>Ordered pairs whose logit was used.</summary>
    public int? Comparisons { get; init; }

    /// <summary>How many of these comparisons were cached, or computed for another request; 0 for a caller with a key, whom it would tell what others asked.</summary>
    public int? Reused { get; init; }

    /// <summary>The candidates' ranks.</summary>
    public int[]? Ranks { get; init; }

    /// <summary>The candidates' scores.</summary>
    public double[]? Scores { get; init; }

    /// <summary>The comparison matrix, as in the result of rank.</summary>
    public float?[][]? Matrix { get; init; }

    /// <summary>The probability of each entry of the matrix, as in the result of rank.</summary>
    public double?[][]? Probability { get; init; }

    /// <summary>Converts a trace to a record.</summary>
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
            Probability = RankResult.Probabilities(trace.Ranking),
        };
    }
}

/// <summary>Durations of a blend's steps, in seconds.</summary>
public sealed record TraceSeconds
{
    /// <summary>The panel's answers.</summary>
    public required double Panel { get; init; }

    /// <summary>Ranking.</summary>
    public required double Rank { get; init; }

    /// <summary>Fusion, and the comparison of the fused answer with the best candidate.</summary>
    public required double Fuse { get; init; }
}

/// <summary>The result of calling a panel's member.</summary>
public sealed record MemberResult
{
    /// <summary>The member: a backend's name, and #2 and so on for its further samples.</summary>
    public required string Name { get; init; }

    /// <summary>Seconds from the panel's start to the answer or failure.</summary>
    public required double Seconds { get; init; }

    /// <summary>The answer; only in a stream's events.</summary>
    public string? Text { get; init; }

    /// <summary>The failure; absent if there is an answer.</summary>
    public BlendFailure? Failure { get; init; }

    /// <summary>Input tokens.</summary>
    public required long PromptTokens { get; init; }

    /// <summary>Output tokens.</summary>
    public required long CompletionTokens { get; init; }

    /// <summary>The cost in the currency of the configured prices; absent if none are configured.</summary>
    public decimal? Cost { get; init; }

    /// <summary>Whether a second, hedged request was sent because the first was slow.</summary>
    public required bool Hedged { get; init; }

    /// <summary>Converts a report to a record.</summary>
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
