namespace LLMBlender.Abstractions;

/// <summary>What came of asking one member of a panel.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.MemberReport")]
public sealed record MemberReport
{
    /// <summary>The member: a backend's name, and <c>#2</c> and so on for its further samples.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>Its answer; null where it has none.</summary>
    [Id(1)]
    public string? Text { get; init; }

    /// <summary>Why it has none; null where it has.</summary>
    [Id(2)]
    public BlendFailure? Failure { get; init; }

    /// <summary>Seconds from asking the panel to its answer or failure.</summary>
    [Id(3)]
    public double Seconds { get; init; }

    /// <summary>Tokens read, as the model counts.</summary>
    [Id(4)]
    public long PromptTokens { get; init; }

    /// <summary>Tokens written, as the model counts.</summary>
    [Id(5)]
    public long CompletionTokens { get; init; }

    /// <summary>What it cost, in the currency of the configured prices; null where none are.</summary>
    [Id(6)]
    public decimal? Cost { get; init; }

    /// <summary>Whether it was slow and asked a second time.</summary>
    [Id(7)]
    public bool Hedged { get; init; }

    /// <summary>Whether its answer was cut off by a limit of tokens rather than ended.</summary>
    [Id(8)]
    public bool ReachedLimit { get; init; }

    /// <summary>The tools that its answer calls, whose form is <see cref="Text"/>; null where it calls none.</summary>
    [Id(9)]
    public ToolUse? ToolUse { get; init; }

    /// <summary>When it wants to be asked again; null where it did not say, or answered.</summary>
    [Id(10)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What its answer contains beside the text; null for nothing.</summary>
    [Id(11)]
    public AnswerDetails? Details { get; init; }
}
