using System.Collections.Concurrent;
using System.Diagnostics;

namespace LLMBlender.Silo.Tests.Telemetry;

/// <summary>Every span of this process that belongs to one trace, or is linked to it, from its making on.</summary>
internal sealed class SpanLog : IDisposable
{
    private readonly ConcurrentQueue<Activity> spans = new();
    private readonly ActivityListener listener;
    private readonly ActivitySource source = new($"test {Guid.NewGuid()}");

    public SpanLog()
    {
        listener = new ActivityListener
        {
            ShouldListenTo = heard => heard == source || heard.Name is "LLMBlender" or "Microsoft.Orleans.Application" or "Microsoft.Orleans.Runtime",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Enqueue,
        };
        ActivitySource.AddActivityListener(listener);
    }

    /// <summary>A request's first span, as the gateway's server makes it.</summary>
    public Activity Begin() => source.StartActivity("request", ActivityKind.Server)!;

    /// <summary>The spans of a trace that have ended, by name.</summary>
    public IReadOnlyList<Activity> Of(Activity root, string name) =>
        [.. spans.Where(span => span.TraceId == root.TraceId && (span.DisplayName == name || span.OperationName == name))];

    /// <summary>All spans that have ended.</summary>
    public IReadOnlyCollection<Activity> All => spans;

    /// <summary>The spans of other traces that are linked to this one.</summary>
    public IReadOnlyList<Activity> LinkedTo(Activity root) => [.. spans.Where(span => span.Links.Any(link => link.Context.TraceId == root.TraceId))];

    /// <summary>The names on the way from a span up to its trace's first.</summary>
    public IReadOnlyList<string> Way(Activity span)
    {
        var names = new List<string>();
        for (var at = span; at is not null; at = spans.FirstOrDefault(one => one.SpanId == at.ParentSpanId && one.TraceId == at.TraceId))
        {
            names.Add(at.DisplayName);
        }

        return names;
    }

    /// <summary>Everything that spans of a trace say, as one text.</summary>
    public string TextOf(Activity root) => string.Join(
        '\n',
        spans.Where(span => span.TraceId == root.TraceId).Select(span => $"{span.DisplayName} {span.StatusDescription} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Events.SelectMany(e => e.Tags))}"));

    public void Dispose()
    {
        listener.Dispose();
        source.Dispose();
    }
}
