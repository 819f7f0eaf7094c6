using LLMBlender.Abstractions;
using LLMBlender.Gateway.Callers;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway.OpenAI;

/// <summary><c>POST /v1/responses</c>: a panel as if it were a model that remembers nothing and calls nothing.</summary>
internal static class ResponsesEndpoint
{
    /// <summary>Answers.</summary>
    public static async Task AnswerAsync(HttpContext context, IBlender blender)
    {
        using var body = await JsonBody.ReadAsync(context);
        var request = ResponsesFields.Read(body.RootElement);
        await ChatEndpoint.CheckModelAsync(context, request);
        var json = new ResponsesJson(request, ChatEndpoint.Now(context));
        if (request.Stream)
        {
            await StreamAsync(context, blender, request, json);
            return;
        }

        var answer = await blender.BlendAsync(request.ToBlend(0), context.RequestAborted);
        Caller.Of(context)?.Spend(answer.Usage);
        await JsonBody.WriteAsync(context, writer => json.Write(writer, answer));
    }

    private static async Task StreamAsync(HttpContext context, IBlender blender, ChatRequest request, ResponsesJson json)
    {
        var events = new EventStream(context);
        await events.OpenAsync();
        await json.WriteAsync(events, "response.created", answer: null);
        await json.WriteAsync(events, "response.in_progress", answer: null);
        await json.BeginAsync(events);
        await ApiEndpoint.StreamAsync(
            context,
            () => events.WriteAllAsync(blender.BlendStreamingAsync(request.ToBlend(0), context.RequestAborted), update => WriteAsync(context, events, json, update)),
            error => json.WriteAsync(events, error));
    }

    private static Task WriteAsync(HttpContext context, EventStream events, ResponsesJson json, BlendUpdate update)
    {
        if (update.Response is not { } whole)
        {
            return json.WriteAsync(events, update.Text);
        }

        Caller.Of(context)?.Spend(whole.Usage);
        return json.EndAsync(events, whole);
    }
}
