using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>Reasons as metrics and traces spell them.</summary>
public static class Words
{
    /// <summary>Nothing failed.</summary>
    public const string Answered = "answered";

    /// <summary>A reason; <see cref="Answered"/> for none.</summary>
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

    /// <summary>What an exception is: a reason, or that the caller gave up.</summary>
    public static string Of(Exception e) => e switch
    {
        BlendException blend => Of(blend.Reason),
        OperationCanceledException => "cancelled",
        _ => Of(BlendFailureReason.Faulted),
    };
}
