using LLMBlender.Abstractions;
using LLMBlender.Local.Backends;
using LLMBlender.Local.Wire;

namespace LLMBlender.Local.Telemetry;

/// <summary>Labels of failure reasons in metrics and traces.</summary>
public static class FailureReasonLabels
{
    /// <summary>There is no failure.</summary>
    public const string Answered = "answered";

    /// <summary>The caller cancelled.</summary>
    public const string Cancelled = "cancelled";

    /// <summary>Returns the label of a reason; <see cref="Answered"/> for null.</summary>
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

    /// <summary>Returns the label of an exception: its reason, <see cref="Cancelled"/>, or faulted.</summary>
    public static string Of(Exception e) => e switch
    {
        BlendException blend => Of(blend.Reason),
        OperationCanceledException => Cancelled,
        _ => Of(BlendFailureReason.Faulted),
    };

    /// <summary>Returns the label of the exception of a server's call.</summary>
    /// <param name="e">The exception.</param>
    /// <param name="deadline">The request's deadline; distinguishes timed-out calls from cancelled ones.</param>
    public static string OfCall(Exception e, Deadline deadline) => e switch
    {
        OperationCanceledException => deadline.IsPassed ? Of(BlendFailureReason.TimedOut) : Cancelled,
        NotRecordedException => Of(BlendFailureReason.Refused),
        _ => Of(BackendException.In(e)?.Reason ?? (e is HttpRequestException ? BlendFailureReason.Unreachable : BlendFailureReason.Faulted)),
    };
}
