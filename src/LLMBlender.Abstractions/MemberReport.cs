namespace LLMBlender.Abstractions;

/// <summary>The result of calling a panel's member.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.MemberReport")]
public sealed record MemberReport
{
    /// <summary>The member: a backend's name, and <c>#2</c> and so on for its further samples.</summary>
    [Id(0)]
    public required string Name { get; init; }

    /// <summary>The answer; null if the call failed. A text that calls no tool although one is required is an answer and has a failure.</summary>
    [Id(1)]
    public string? Text { get; init; }

    /// <summary>The failure; null if the answer can be ranked.</summary>
    [Id(2)]
    public BlendFailure? Failure { get; init; }

    /// <summary>Seconds from the panel's start to the answer or failure.</summary>
    [Id(3)]
    public double Seconds { get; init; }

    /// <summary>Input tokens, counted by the model.</summary>
    [Id(4)]
    public long PromptTokens { get; init; }

    /// <summary>Output tokens, counted by the model.</summary>
    [Id(5)]
    public long CompletionTokens { get; init; }

    /// <summary>The cost in the currency of the configured prices; null if none are configured.</summary>
    [Id(6)]
    public decimal? Cost { get; init; }

    /// <summary>Whether a second, hedged request was sent because the first was slow.</summary>
    [Id(7)]
    public bool Hedged { get; init; }

    /// <summary>Whether the answer was truncated by a token limit.</summary>
    [Id(8)]
    public bool ReachedLimit { get; init; }

    /// <summary>The answer's tool calls, in text form in <see cref="Text"/>; null if there are none.</summary>
    [Id(9)]
    public ToolUse? ToolUse { get; init; }

    /// <summary>The backend's Retry-After; null if it sent none or answered.</summary>
    [Id(10)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Other parts of the answer; null for none.</summary>
    [Id(11)]
    public AnswerDetails? Details { get; init; }

    /// <summary>The answers that were asked for this one: 1 for a backend, those of its members for a panel.</summary>
    [Id(12)]
    public int Calls { get; init; } = 1;
}
