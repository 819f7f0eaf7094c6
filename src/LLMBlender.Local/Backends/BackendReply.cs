using LLMBlender.Abstractions;

namespace LLMBlender.Local.Backends;

/// <summary>A backend's answer, or why there is none: exactly one of the two.</summary>
[GenerateSerializer, Immutable, Alias("LLMBlender.BackendReply")]
public sealed record BackendReply
{
    private BackendReply()
    {
    }

    /// <summary>The answer; null where it failed.</summary>
    [Id(0)]
    public Candidate? Candidate { get; private init; }

    /// <summary>Why it failed; null where it did not.</summary>
    [Id(1)]
    public BlendFailure? Failure { get; private init; }

    /// <summary>Tokens read, as the model counts.</summary>
    [Id(2)]
    public long PromptTokens { get; private init; }

    /// <summary>Tokens written, as the model counts.</summary>
    [Id(3)]
    public long CompletionTokens { get; private init; }

    /// <summary>What it cost, in the currency of the configured prices; null where none are.</summary>
    [Id(4)]
    public decimal? Cost { get; init; }

    /// <summary>Whether the answer was cut off by a limit of tokens rather than ended.</summary>
    [Id(5)]
    public bool ReachedLimit { get; init; }

    /// <summary>The tools that the answer calls, whose form is the candidate's text; null where it calls none.</summary>
    [Id(6)]
    public ToolUse? ToolUse { get; init; }

    /// <summary>How long to wait before it is asked again; null where it named no time, or answered.</summary>
    [Id(7)]
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>An answer, and what it cost.</summary>
    public static BackendReply Answered(Candidate candidate, long promptTokens = 0, long completionTokens = 0) =>
        new() { Candidate = candidate, PromptTokens = promptTokens, CompletionTokens = completionTokens };

    /// <summary>No answer, and what that cost.</summary>
    public static BackendReply Failed(
        string backend, BlendFailureReason reason, string message, long promptTokens = 0, long completionTokens = 0) =>
        new() { Failure = new BlendFailure(backend, reason, message), PromptTokens = promptTokens, CompletionTokens = completionTokens };
}
