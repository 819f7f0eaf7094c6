using System.Diagnostics;

namespace LLMBlender.Client;

/// <summary>
/// Sends the current span's context with a grain call, in the names of W3C's trace context. It makes no span of the call, because calls also carry
/// pings, whose spans would be most of all.
/// </summary>
public sealed class TraceContextFilter : IOutgoingGrainCallFilter
{
    private const string Parent = "traceparent";
    private const string State = "tracestate";

    /// <summary>Returns the context that the current grain call was sent with; default if there is none, or it is invalid.</summary>
    public static ActivityContext Received() =>
        RequestContext.Get(Parent) is string parent && ActivityContext.TryParse(parent, RequestContext.Get(State) as string, isRemote: true, out var context)
            ? context
            : default;

    /// <inheritdoc/>
    public async Task Invoke(IOutgoingGrainCallContext context)
    {
        // Without a span, the context that this process received is passed on, because the request context flows.
        if (Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } span)
        {
            RequestContext.Set(Parent, id);
            if (span.TraceStateString is { Length: > 0 } state)
            {
                RequestContext.Set(State, state);
            }
            else
            {
                RequestContext.Remove(State);
            }
        }

        await context.Invoke();
    }
}
