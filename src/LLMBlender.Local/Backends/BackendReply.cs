using LLMBlender.Abstractions;

namespace LLMBlender.Local.Backends;

/// <summary>A backend's reply: exactly one of <see cref="Candidate"/> and <see cref="Failure"/> is not null.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.BackendReply")]
public sealed record BackendReply
{
    private BackendReply()
    {
    }

    /// <summary>The answer; null if the call failed.</summary>
    [Id(0)]
    public Candidate? Candidate { get; private init; }

    /// <summary>The failure; null if the backend answered.</summary>
    [Id(1)]
    public BlendFailure? Failure { get; init; }

    /// <summary>Prompt tokens, as the model counts them.</summary>
    [Id(2)]
    public long PromptTokens { get; private init; }

    /// <summary>Completion tokens, as the model counts them.</summary>
    [Id(3)]
    public long CompletionTokens { get; private init; }

    /// <summary>The cost in the currency of the configured prices; null if none are configured.</summary>
    [Id(4)]
    public decimal? Cost { get; init; }

    /// <summary>Whether the answer was truncated at a token limit.</summary>
    [Id(5)]
    public bool ReachedLimit { get; init; }

    /// <summary>The answer's tool calls, whose text form is the candidate's text; null if it calls none.</summary>
    [Id(6)]
    public ToolUse? ToolUse { get; init; }

    /// <summary>How long to wait before the next call; null if the backend did not specify it, or answered.</summary>
    [Id(7)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What the answer contains beside its text; null for nothing.</summary>
    [Id(8)]
    public AnswerDetails? Details { get; init; }

    /// <summary>The answers that were asked for this one; more than 1 for a panel.</summary>
    [Id(9)]
    public int Calls { get; init; } = 1;

    /// <summary>Creates the reply of a successful call.</summary>
    public static BackendReply Answered(Candidate candidate, long promptTokens = 0, long completionTokens = 0) =>
        new() { Candidate = candidate, PromptTokens = promptTokens, CompletionTokens = completionTokens };

    /// <summary>Creates the reply of a failed call.</summary>
    public static BackendReply Failed(
        string backend, BlendFailureReason reason, string message, long promptTokens = 0, long completionTokens = 0) =>
        new() { Failure = new BlendFailure(backend, reason, message), PromptTokens = promptTokens, CompletionTokens = completionTokens };
}
