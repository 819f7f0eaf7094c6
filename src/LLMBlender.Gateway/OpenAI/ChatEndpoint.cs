using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.Callers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Gateway.OpenAI;

/// <summary><c>POST /v1/chat/completions</c>: a panel as if it were a model.</summary>
internal static class ChatEndpoint
{
    /// <summary>Answers.</summary>
    public static async Task AnswerAsync(HttpContext context, IBlender blender)
    {
        using var body = await JsonBody.ReadAsync(context);
        var request = ChatRequest.Of(body.RootElement);
        await CheckModelAsync(context, request);
        var json = new ChatJson(request, $"chatcmpl-{Guid.NewGuid():N}", Now(context));
        if (request.Stream)
        {
            await StreamAsync(context, blender, request, json);
            return;
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, request.Count).Select(i => ChooseAsync(context, blender, request.ToBlend(i))));
        await JsonBody.WriteAsync(context, writer => json.Write(writer, answers));
    }

    /// <summary>The time, in seconds of Unix.</summary>
    internal static long Now(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeSeconds();

    // A choice costs what it costs, whatever becomes of the others.
    private static async Task<BlendResponse> ChooseAsync(HttpContext context, IBlender blender, BlendRequest request)
    {
        var answer = await blender.BlendAsync(request, context.RequestAborted);
        Caller.Of(context)?.Spend(answer.Usage);
        return answer;
    }

    // Before a stream's headers are out an error still has a status of its own.
    internal static async Task CheckModelAsync(HttpContext context, ChatRequest request)
    {
        var panels = context.RequestServices.GetRequiredService<PanelDirectory>();
        if (await panels.FindAsync(request.Model, context.RequestAborted) is { } panel)
        {
            request.CheckPanel(panel);
        }
        else
        {
            var known = string.Join(", ", (await panels.ListAsync(context.RequestAborted)).Select(static panel => panel.Name));
            throw new RequestException(ApiError.NoSuchModel($"the model \"{request.Model}\" does not exist; panels are models here, and known are {known}"));
        }
    }

    private static async Task StreamAsync(HttpContext context, IBlender blender, ChatRequest request, ChatJson json)
    {
        var events = new EventStream(context);
        await events.OpenAsync();
        await ApiEndpoint.StreamAsync(
            context,
            () => WriteAsync(context, blender, request, json, events),

            // Clients know an event with an error as the end of a stream.
            error => events.WriteAsync(null, error.Write));
    }

    private static async Task WriteAsync(HttpContext context, IBlender blender, ChatRequest request, ChatJson json, EventStream events)
    {
        var answers = new BlendResponse[request.Count];
        var writers = Enumerable.Range(0, request.Count).Select(i => new ChoiceStream(i, events, json, request.Sampling.Stop)).ToList();
        await events.WriteAllAsync(AllAsync(context, blender, request), async item =>
        {
            answers[item.Index] = item.Update.Response ?? answers[item.Index];
            await writers[item.Index].WriteAsync(item.Update);
        });
        if (request.WithUsage || request.WithTrace)
        {
            await events.WriteAsync(null, writer => json.WriteEnd(writer, answers));
        }

        await events.WriteAsync("[DONE]");
    }

    private static async IAsyncEnumerable<(int Index, BlendUpdate Update)> AllAsync(HttpContext context, IBlender blender, ChatRequest request)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var merged = Channel.CreateUnbounded<(int, BlendUpdate)>(new UnboundedChannelOptions { SingleReader = true });
        var all = Task.WhenAll(Enumerable.Range(0, request.Count).Select(async i =>
        {
            try
            {
                await foreach (var update in blender.BlendStreamingAsync(request.ToBlend(i), stop.Token))
                {
                    if (update.Response is { } whole)
                    {
                        Caller.Of(context)?.Spend(whole.Usage);
                    }

                    await merged.Writer.WriteAsync((i, update), stop.Token);
                }
            }
            catch (Exception e)
            {
                // One choice less is no completion: the first failure ends them all.
                merged.Writer.TryComplete(e);
            }
        }));
        _ = all.ContinueWith(_ => merged.Writer.TryComplete(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        try
        {
            await foreach (var item in merged.Reader.ReadAllAsync(CancellationToken.None))
            {
                yield return item;
            }
        }
        finally
        {
            await stop.CancelAsync();
        }
    }
}
