using LLMBlender.Abstractions;

namespace LLMBlender.Core.Fusion;

/// <summary>The answer of a fusion: the fused text, or the best candidate as a reported fallback. It is never empty.</summary>
/// <param name="Text">The answer.</param>
/// <param name="Fuser">The name of the fuser.</param>
/// <param name="Usage">The fuser's token usage.</param>
/// <param name="Failure">Why the answer is the best candidate instead of the fuser's output; null if it is the fuser's output.</param>
public sealed record FusionAnswer(string Text, string Fuser, FusionUsage Usage, BlendFailure? Failure)
{
    /// <summary>The name of the fusion step in failures.</summary>
    public const string Step = "fuse";

    /// <summary>
    /// Evaluates an attempt: one that failed, is empty, or repeats itself up to its limit is replaced with the best candidate.
    /// </summary>
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
