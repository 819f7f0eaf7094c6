using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>Failure reasons as metrics and traces spell them.</summary>
public static class FailureReasonLabels
{
    /// <summary>Nothing failed.</summary>
    public const string Answered = "answered";

    /// <summary>The caller cancelled.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>The label of a reason; <see cref="Answered"/> for none.</summary>
    public static string Of(BlendFailureReason? reason) => reason switch
    {
        null => Answered,
        BlendFailureReason.TimedOut => "timed_out",
        BlendFailureReason.Unreachable => "unreachable",
        BlendFailureReason.Overloaded => "overloaded",
        BlendFailureReason.Refused => "refused",
        BlendFailureReason.Empty => "empty",
        BlendFailureReason.Invalid => "invalid",
        _ => "faulted",
    };

    /// <summary>The label of an exception: its reason, or <see cref="Cancelled"/>.</summary>
    public static string Of(Exception e) => e switch
    {
        BlendException blend => Of(blend.Reason),
        OperationCanceledException => Cancelled,
        _ => Of(BlendFailureReason.Faulted),
    };
}
