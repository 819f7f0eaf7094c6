using System.Diagnostics;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>The spans of a blend, on the source <c>LLMBlender</c>; named by OpenTelemetry's GenAI convention where it has names.</summary>
public static class BlendTracing
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "LLMBlender";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Whether spans have listeners.</summary>
    public static bool HasListeners => Source.HasListeners();

    /// <summary>A span of work in this process; null where there are no listeners.</summary>
    public static Activity? Start(string name, ActivityKind kind = ActivityKind.Internal) => Source.StartActivity(name, kind);

    /// <summary>A span whose name is only made where there are listeners.</summary>
    public static Activity? Start(string verb, string what, ActivityKind kind = ActivityKind.Internal) =>
        HasListeners ? Source.StartActivity($"{verb} {what}", kind) : null;

    /// <summary>A span that belongs to several traces, and so to none: it is linked to each of them.</summary>
    public static Activity? StartShared(string name, IEnumerable<ActivityContext> served)
    {
        // A thread of the queue's own has no span about it.
        Activity.Current = null;
        return Source.StartActivity(ActivityKind.Internal, links: served.Select(static context => new ActivityLink(context)), name: name);
    }

    /// <summary>Marks a span as failed, with the failure's label; an exception's message may quote a request.</summary>
    public static void Fail(this Activity? span, string error) => span?.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);

    /// <inheritdoc cref="Fail(Activity?, string)"/>
    public static void Fail(this Activity? span, Exception e) => span.Fail(FailureReasonLabels.Of(e));

    /// <summary>Marks a span as failed; does nothing where there is no failure.</summary>
    public static void Fail(this Activity? span, BlendFailureReason? failure)
    {
        if (failure is { } reason)
        {
            span.Fail(FailureReasonLabels.Of(reason));
        }
    }
}
