using LLMBlender.Abstractions;

namespace LLMBlender.Core.Blending;

/// <summary>The source of a blend's candidates: the members of a panel. An instance serves one request.</summary>
public interface ICandidateSource
{
    /// <summary>The panel's name, for error messages.</summary>
    string Name { get; }

    /// <summary>The members' names, in the order in which candidates are listed; each member is reported once.</summary>
    IReadOnlyList<string> Members { get; }

    /// <summary>The members' names by stage, in their order: one stage for a panel that asks all members at once.</summary>
    IReadOnlyList<IReadOnlyList<string>> Stages { get; }

    /// <summary>When the best answer so far is accepted; null if there is no such rule, as for a panel of one stage without one.</summary>
    AcceptanceRule? Acceptance { get; }

    /// <summary>
    /// The probability with which each member's answer was expected to be the best, where a route made the stages: without a rule to accept answers,
    /// the next stage is asked only if no answer came. Null if there is no route.
    /// </summary>
    IReadOnlyDictionary<string, double>? Probabilities => null;

    /// <summary>The minimum number of members that must answer, at least 1.</summary>
    int Quorum { get; }

    /// <summary>Whether there is a single member, whose answer can be streamed while it is generated.</summary>
    bool CanStream { get; }

    /// <summary>What the caller should know about members that are not asked, because the request's limits leave no room for them.</summary>
    IReadOnlyList<string> Warnings { get; }

    /// <summary>Whether the request's limits allow a stage after those that were asked.</summary>
    /// <param name="stage">The stage's number, above 0.</param>
    bool Allows(int stage);

    /// <summary>The expected cost of a stage; 0 if no prices are configured.</summary>
    /// <param name="stage">The stage's number.</param>
    decimal ExpectedCost(int stage);

    /// <summary>Calls every member of a stage, and returns each report as soon as the member answers or fails.</summary>
    /// <param name="stage">The stage's number; from 0, each once and in order.</param>
    /// <param name="cancellationToken">Cancels the calls.</param>
    /// <exception cref="BlendException">The request times out before the panel answers.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    IAsyncEnumerable<MemberReport> AskAsync(int stage, CancellationToken cancellationToken);

    /// <summary>Ends the panel's part: no further stage is asked.</summary>
    /// <param name="stages">The number of stages that were asked.</param>
    void Finish(int stages);

    /// <summary>Calls every member of a stage, and returns each part of its answer as it is generated, then its report.</summary>
    /// <inheritdoc cref="AskAsync"/>
    IAsyncEnumerable<PanelUpdate> AskStreamingAsync(int stage, CancellationToken cancellationToken);

    /// <summary>Calls the only member of a panel and streams its answer: its parts, then its report.</summary>
    /// <param name="cancellationToken">Cancels the call.</param>
    /// <exception cref="BlendException">The request times out before the member answers.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    IAsyncEnumerable<MemberUpdate> StreamAsync(CancellationToken cancellationToken);
}

/// <summary>A piece of an answer of one of a panel's members, or the member's report.</summary>
/// <param name="Member">The member's name.</param>
/// <param name="Text">The answer's next characters; empty in a report.</param>
/// <param name="Report">The report; null in a piece.</param>
public readonly record struct PanelUpdate(string Member, string Text, MemberReport? Report);

/// <summary>A piece of a member's answer, or its report at the end.</summary>
/// <param name="Text">The answer's next characters; empty in the last update.</param>
/// <param name="Report">The report, in the last update; null in the others.</param>
/// <param name="Reasoning">The next characters of the answer's reasoning; null for none.</param>
/// <param name="Calls">The next parts of the answer's tool calls; null for none.</param>
/// <param name="Thinking">The thinking blocks that are complete with this part, a JSON array; null for none.</param>
/// <param name="Logprobs">The log probabilities of this part's tokens, a JSON object; null for none.</param>
public readonly record struct MemberUpdate(
    string Text, MemberReport? Report, string? Reasoning = null, ToolCallPart[]? Calls = null, string? Thinking = null, string? Logprobs = null);
