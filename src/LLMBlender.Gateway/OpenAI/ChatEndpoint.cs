using System.Threading.Channels;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary><c>POST /v1/chat/completions</c>: a panel as a model.</summary>
internal static class ChatEndpoint
{
    // Updates that a client is behind, before answers are not read on.
    private const int MaxUnread = 16;

    /// <summary>Handles a request; returns null after a stream.</summary>
    public static async Task<ChatCompletion?> AnswerAsync(ApiCall call, ChatBody body)
    {
        var request = await PrepareAsync(call, body.ToChat());

        // Several answers to one request are to differ.
        call.Facts.UsesCache = request.Count > 1 ? false : body.Own?.Cache;
        var writer = new ChatWriter(request, $"chatcmpl-{call.Facts.Id}", call.Get<TimeProvider>().GetUtcNow().ToUnixTimeSeconds());
        if (request.Stream)
        {
            await StreamAsync(call, request, writer);
            return null;
        }

        var answers = await Task.WhenAll(
            Enumerable.Range(0, request.Count).Select(i => call.Blender.BlendAsync(request.ToBlend(i), call.CancellationToken)));
        foreach (var answer in answers)
        {
            await ToolLoops.KeepAsync(call, request, answer);
        }

        var completion = writer.Whole(answers);
        WarningHeader.AddTo(call.Context, completion.Warnings);
        call.Facts.AddTo(answers);
        return completion;
    }

    /// <summary>
    /// Checks before a stream starts that the panel exists and passes on the required features, so that an error still has a
    /// status, and continues a loop of tool calls.
    /// </summary>
    /// <exception cref="ApiException">The panel doesn't exist or does not pass on a feature.</exception>
    public static async Task<ChatRequest> PrepareAsync(ApiCall call, ChatRequest request)
    {
        var panels = call.Get<PanelDirectory>();
        if (await panels.FindAsync(request.Model, call.CancellationToken) is { } panel)
        {
            request.CheckPanel(panel);
            return await ToolLoops.ContinueAsync(call, request with { KeepsMember = panel.KeepsMember, IsPassThrough = panel.IsPassThrough }, panel);
        }

        var known = string.Join(", ", (await panels.ListAsync(call.CancellationToken)).Select(static panel => panel.Name));
        throw new ApiException(ApiError.NoSuchModel($"the model \"{request.Model}\" does not exist; the models are the panels {known}"));
    }

    private static async Task StreamAsync(ApiCall call, ChatRequest request, ChatWriter writer)
    {
        var events = new EventStream(call.Context);

        // Clients treat an event with an error as the end of a stream.
        await events.RunAsync(
            () => WriteAsync(call, request, writer, events),
            error => events.WriteAsync(null, error.ToResponse(), GatewayJsonContext.Default.ErrorResponse));
    }

    private static async Task WriteAsync(ApiCall call, ChatRequest request, ChatWriter writer, EventStream events)
    {
        var answers = new BlendResponse[request.Count];
        var choices = Enumerable.Range(0, request.Count).Select(i => new ChoiceStream(i, events, writer, request)).ToList();
        await events.WriteAllAsync(MergeAsync(call, request), async item =>
        {
            if (item.Update.Response is { } whole)
            {
                answers[item.Index] = whole;
                await ToolLoops.KeepAsync(call, request, whole);
            }

            await choices[item.Index].WriteAsync(item.Update);
        });
        if (request.WithUsage || request.WithTrace)
        {
            await events.WriteAsync(null, writer.End(answers), GatewayJsonContext.Default.ChatChunk);
        }

        await events.WriteAsync("[DONE]");
    }

    private static async IAsyncEnumerable<(int Index, BlendUpdate Update)> MergeAsync(ApiCall call, ChatRequest request)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
        var merged = Channel.CreateBounded<(int, BlendUpdate)>(new BoundedChannelOptions(MaxUnread) { SingleReader = true });
        var all = Task.WhenAll(Enumerable.Range(0, request.Count).Select(async i =>
        {
            try
            {
                await foreach (var update in call.Blender.BlendStreamingAsync(request.ToBlend(i), stop.Token))
                {
                    await merged.Writer.WriteAsync((i, update), stop.Token);
                }
            }
            catch (Exception e)
            {
                // A completion requires all of its choices: the first failure cancels the others.
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
