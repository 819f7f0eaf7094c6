using LLMBlender.Abstractions;
using LLMBlender.Core.Fusion;

namespace LLMBlender.Evaluation.Blending;

/// <summary>What a blend came to.</summary>
/// <param name="Best">The best candidate that says something.</param>
/// <param name="Answer">What fusing came to.</param>
/// <param name="IsFused">Whether that is a text of the fuser's own.</param>
/// <param name="Margin">By how much it wins against the best candidate; null where they were not compared, NaN where they could not be.</param>
internal sealed record BlendOutcome(string Best, FusionAnswer Answer, bool IsFused, double? Margin)
{
    /// <summary>Which of the two is given.</summary>
    public BlendGiven Given => IsFused && (Margin is not { } margin || FusionGuard.Passes(margin)) ? BlendGiven.Fused : BlendGiven.Best;

    /// <summary>The answer that is given.</summary>
    public string Text => Given is BlendGiven.Fused ? Answer.Text : Best;

    /// <summary>The two, as a response tells them.</summary>
    public BlendFusion Fusion => new(Answer.Fuser, Given, Margin is { } margin && double.IsFinite(margin) ? margin : null);
}
