using System.Diagnostics;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Telemetry;

/// <summary>Starts the spans of blends, on the source <c>LLMBlender</c>; named by OpenTelemetry's GenAI convention as far as it defines names.</summary>
public static class BlendTracing
{
    /// <summary>The source's name.</summary>
    public const string SourceName = "LLMBlender";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly AsyncLocal<ActivityContext> Caller = new();

    /// <summary>Whether spans have listeners.</summary>
    public static bool HasListeners => Source.HasListeners();

    /// <summary>The span of the process that called this one: the parent of spans that start outside any other; default if there is none.</summary>
    public static ActivityContext RemoteParent
    {
        get => Caller.Value;
        set => Caller.Value = value;
    }

    /// <summary>Starts a span; null if there are no listeners.</summary>
    public static Activity? Start(string name, ActivityKind kind = ActivityKind.Internal) =>
        Activity.Current is null ? Source.StartActivity(name, kind, RemoteParent) : Source.StartActivity(name, kind);

    /// <summary>Starts a span whose name is only formatted if there are listeners; null if there are none.</summary>
    public static Activity? Start(string verb, string what, ActivityKind kind = ActivityKind.Internal) =>
        HasListeners ? Start($"{verb} {what}", kind) : null;

    /// <summary>Starts a span of a call that several requests share: a new trace with a link to each of theirs.</summary>
    public static Activity? StartShared(string name, IEnumerable<ActivityContext> served)
    {
        // The span must not have a parent.
        Activity.Current = null;
        return Source.StartActivity(ActivityKind.Internal, links: served.Select(static context => new ActivityLink(context)), name: name);
    }

    /// <summary>Adds a verdict on an answer as an event, as OpenTelemetry's GenAI convention defines it.</summary>
    /// <param name="span">The span; null for none.</param>
    /// <param name="name">What was evaluated, such as <c>rank</c>.</param>
    /// <param name="score">The score; null if there is none.</param>
    /// <param name="label">The verdict.</param>
    /// <param name="candidate">The candidate's index; null if the verdict is not of a candidate.</param>
    public static void AddEvaluation(this Activity? span, string name, double? score, string label, int? candidate = null)
    {
        if (span is not { IsAllDataRequested: true })
        {
            return;
        }

        var tags = new ActivityTagsCollection { { "gen_ai.evaluation.name", name }, { "gen_ai.evaluation.score.label", label } };
        if (score is { } known)
        {
            tags.Add("gen_ai.evaluation.score.value", known);
        }

        if (candidate is { } index)
        {
            tags.Add("llmblender.candidate", index);
        }

        span.AddEvent(new ActivityEvent("gen_ai.evaluation.result", tags: tags));
    }

    /// <summary>Marks a span as failed with a label. Messages are not recorded, because they may quote a request.</summary>
    public static void Fail(this Activity? span, string error) => span?.SetTag("error.type", error).SetStatus(ActivityStatusCode.Error);

    /// <inheritdoc cref="Fail(Activity?, string)"/>
    public static void Fail(this Activity? span, Exception e) => span.Fail(FailureReasonLabels.Of(e));

    /// <summary>Marks a span as failed; does nothing if there is no failure.</summary>
    public static void Fail(this Activity? span, BlendFailureReason? failure)
    {
        if (failure is { } reason)
        {
            span.Fail(FailureReasonLabels.Of(reason));
        }
    }
}
