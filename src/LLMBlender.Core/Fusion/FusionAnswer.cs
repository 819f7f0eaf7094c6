using LLMBlender.Abstractions;

namespace LLMBlender.Core.Fusion;

/// <summary>The answer that a fusion comes to: the fused text, or by name the best candidate. It is never empty.</summary>
/// <param name="Text">The answer.</param>
/// <param name="Fuser">Who was asked to fuse.</param>
/// <param name="Usage">What the fuser cost.</param>
/// <param name="Failure">Why the answer is the best candidate rather than what the fuser wrote; null where it is that.</param>
public sealed record FusionAnswer(string Text, string Fuser, FusionUsage Usage, BlendFailure? Failure)
{
    /// <summary>The step that fuses, as failures name it.</summary>
    public const string Step = "fuse";

    /// <summary>Judges an attempt: one that failed, says nothing, or repeats itself until its limit is not given.</summary>
    public static FusionAnswer Of(string fuser, FusionRequest request, FusionAttempt attempt)
    {
        var failure = Judge(fuser, attempt);
        return new FusionAnswer(failure is null ? attempt.Text : request.Best, fuser, attempt.Usage, failure);
    }

    private static BlendFailure? Judge(string fuser, FusionAttempt attempt)
    {
        BlendFailure Failure(BlendFailureReason reason, string problem) =>
            new(Step, reason, $"{fuser} {problem}; the answer is the best candidate");

        if (attempt.Problem is { } problem)
        {
            return Failure(BlendFailureReason.Faulted, $"failed: {problem}");
        }

        if (string.IsNullOrWhiteSpace(attempt.Text))
        {
            return Failure(BlendFailureReason.Empty, "wrote nothing");
        }

        return attempt.Usage.ReachedLimit && Repetition.IsLoop(attempt.Text)
            ? Failure(BlendFailureReason.Faulted, "repeated itself until its limit of tokens")
            : null;
    }
}
