using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary><c>POST /v1/responses</c>: a panel as a model, without stored responses and tools.</summary>
internal static class ResponsesEndpoint
{
    /// <summary>Handles a request; returns null after a stream.</summary>
    public static async Task<ResponsesResult?> AnswerAsync(ApiCall call, ResponsesBody body)
    {
        var request = body.ToChat();
        await ChatEndpoint.CheckModelAsync(call, request);
        var writer = new ResponsesWriter(request, call.Get<TimeProvider>().GetUtcNow().ToUnixTimeSeconds());
        if (!request.Stream)
        {
            return writer.Result(await call.Blender.BlendAsync(request.ToBlend(0), call.CancellationToken));
        }

        await StreamAsync(call, request, writer);
        return null;
    }

    private static async Task StreamAsync(ApiCall call, ChatRequest request, ResponsesWriter writer)
    {
        var events = new EventStream(call.Context);
        await events.OpenAsync();
        await writer.BeginAsync(events);
        await events.RunAsync(
            () => events.WriteAllAsync(
                call.Blender.BlendStreamingAsync(request.ToBlend(0), call.CancellationToken), update => WriteAsync(events, writer, update)),
            error => writer.WriteAsync(events, error));
    }

    private static Task WriteAsync(EventStream events, ResponsesWriter writer, BlendUpdate update) =>
        update.Response is { } whole ? writer.EndAsync(events, whole) : writer.WriteAsync(events, update.Text);
}
