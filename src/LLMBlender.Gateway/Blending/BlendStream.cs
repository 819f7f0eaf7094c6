using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.Callers;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway.Blending;

/// <summary>
/// A blend as events: <c>asking</c>, a <c>member</c> each, <c>ranking</c>, <c>ranked</c>, <c>fusing</c>, the answer's pieces as it is
/// written as <c>answer</c>, and <c>done</c> with the whole record, whose answer counts; or <c>error</c>.
/// </summary>
internal static class BlendStream
{
    /// <summary>Writes it.</summary>
    public static async Task WriteAsync(HttpContext context, IBlender blender, JsonElement? id, BlendRequest request)
    {
        var events = new EventStream(context);
        await events.OpenAsync();
        await ApiEndpoint.StreamAsync(
            context,
            () => events.WriteAllAsync(blender.BlendStreamingAsync(request, context.RequestAborted), update => WriteAsync(context, events, id, update)),
            error => events.WriteAsync("error", error.Write));
    }

    private static Task WriteAsync(HttpContext context, EventStream events, JsonElement? id, BlendUpdate update)
    {
        if (update.Event is { } step)
        {
            return events.WriteAsync(TraceJson.NameOf(step), json => TraceJson.Write(json, step));
        }

        if (update.Response is { } whole)
        {
            Caller.Of(context)?.Spend(whole.Usage);
            return events.WriteAsync("done", json => RecordJson.Write(json, id, whole));
        }

        return events.WriteAsync("answer", json => json.WriteString("text", update.Text));
    }
}
