using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Cli.Blending;

/// <summary>What a blend came to.</summary>
/// <param name="Best">The best candidate that says something.</param>
/// <param name="Answer">What fusing came to.</param>
/// <param name="IsFused">Whether that is a text of the fuser's own.</param>
/// <param name="Margin">By how much it wins against the best candidate; null where they were not compared.</param>
/// <param name="GuardProblem">Why they could not be compared, where they should have been.</param>
internal sealed record BlendOutcome(string Best, FusionAnswer Answer, bool IsFused, double? Margin, string? GuardProblem)
{
    /// <summary>What failed on the way.</summary>
    public IReadOnlyList<BlendFailure> Failures =>
    [
        .. Answer.Failure is { } failure ? [failure] : Array.Empty<BlendFailure>(),
        .. GuardProblem is { } problem
            ? [new BlendFailure("guard", BlendFailureReason.Faulted, $"the ranker failed: {problem}; the answer is the best candidate")]
            : Array.Empty<BlendFailure>(),
    ];

    /// <summary>Which of the two is given.</summary>
    public BlendGiven Given => IsFused && (Margin is not { } margin || FusionGuard.Passes(margin)) ? BlendGiven.Fused : BlendGiven.Best;

    /// <summary>The answer that is given.</summary>
    public string Text => Given is BlendGiven.Fused ? Answer.Text : Best;

    /// <summary>The two, as a response tells them.</summary>
    public BlendFusion Fusion => new(Answer.Fuser, Given, Margin is { } margin && double.IsFinite(margin) ? margin : null);
}
