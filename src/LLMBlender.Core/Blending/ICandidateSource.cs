using LLMBlender.Abstractions;

namespace LLMBlender.Core.Blending;

/// <summary>Where a blend's candidates come from: the members of a panel. Serves one request.</summary>
public interface ICandidateSource
{
    /// <summary>The panel's name, for errors.</summary>
    string Name { get; }

    /// <summary>The members' names, in the order in which candidates are listed; each is reported once.</summary>
    IReadOnlyList<string> Members { get; }

    /// <summary>How many members must answer, at least 1.</summary>
    int Quorum { get; }

    /// <summary>Whether there is one member alone, whose answer may be streamed as it is written.</summary>
    bool CanStream { get; }

    /// <summary>Asks every member, and reports each as soon as it answered or failed.</summary>
    /// <exception cref="BlendException">The request's time is over before the panel has answered.</exception>
    /// <exception cref="OperationCanceledException">The caller cancelled the request.</exception>
    IAsyncEnumerable<MemberReport> AskAsync(CancellationToken cancellationToken);

    /// <summary>Asks the only member of a panel, and streams its answer: pieces of text, and at the end its report.</summary>
    /// <inheritdoc cref="AskAsync"/>
    IAsyncEnumerable<MemberUpdate> StreamAsync(CancellationToken cancellationToken);
}

/// <summary>A piece of a member's answer, or, at the end, its report.</summary>
/// <param name="Text">The answer's next characters; empty in the last update.</param>
/// <param name="Report">The report, in the last update; null before.</param>
public readonly record struct MemberUpdate(string Text, MemberReport? Report);
