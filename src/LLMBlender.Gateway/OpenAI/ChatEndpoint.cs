using System.Threading.Channels;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Client;
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
        var json = new ChatJson(request, $"chatcmpl-{Guid.NewGuid():N}", DateTimeOffset.UtcNow.ToUnixTimeSeconds());
        if (request.Stream)
        {
            await StreamAsync(context, blender, request, json);
            return;
        }

        var answers = await Task.WhenAll(Enumerable.Range(0, request.Count).Select(i => blender.BlendAsync(request.ToBlend(i), context.RequestAborted)));
        Spend(context, answers);
        await JsonBody.WriteAsync(context, writer => json.Write(writer, answers));
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
        var answers = new BlendResponse[request.Count];
        var writers = Enumerable.Range(0, request.Count).Select(i => new ChoiceStream(i, events, json, request.Sampling.Stop)).ToList();
        try
        {
            await events.WriteAllAsync(AllAsync(context, blender, request), async item =>
            {
                answers[item.Index] = item.Update.Response ?? answers[item.Index];
                await writers[item.Index].WriteAsync(item.Update);
            });
            Spend(context, answers);
            if (request.WithUsage || request.WithTrace)
            {
                await events.WriteAsync(null, writer => json.WriteEnd(writer, answers));
            }

            await events.WriteAsync("[DONE]");
        }
        catch (Exception e) when (e is not OutOfMemoryException && !context.RequestAborted.IsCancellationRequested)
        {
            // Clients know an event with an error as the end of a stream.
            var error = ApiEndpoint.Foreseen(e);
            if (error is null)
            {
                ApiEndpoint.Log(context, e);
            }

            await events.WriteAsync(null, (error ?? ApiError.Internal()).Write);
        }
    }

    private static async IAsyncEnumerable<(int Index, BlendUpdate Update)> AllAsync(HttpContext context, IBlender blender, ChatRequest request)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var merged = Channel.CreateUnbounded<(int, BlendUpdate)>(new UnboundedChannelOptions { SingleReader = true });
        var all = Task.WhenAll(Enumerable.Range(0, request.Count).Select(async i =>
        {
            try
            {
                await foreach (var update in blender.StreamAsync(request.ToBlend(i), stop.Token))
                {
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

    private static void Spend(HttpContext context, IEnumerable<BlendResponse> answers)
    {
        foreach (var answer in answers)
        {
            Caller.Of(context)?.Spend(answer.Usage);
        }
    }
}
