using System.Text.Json;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.RateLimiting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway.OpenAI;

/// <summary><c>POST /v1/responses</c>: a panel as a model, with responses that later requests can continue.</summary>
internal static class ResponsesEndpoint
{
    /// <summary>Handles a request; returns null after a stream.</summary>
    public static async Task<ResponsesResult?> AnswerAsync(ApiCall call, ResponsesBody body)
    {
        var store = call.Get<IResponseStore>();
        var owner = Caller.Of(call.Context)?.Name ?? "";
        var request = await ChatEndpoint.PrepareAsync(call, await ReadAsync(store, owner, body));
        call.Facts.UsesCache = body.Own?.Cache;
        var writer = new ResponsesWriter(request, body, call.Get<TimeProvider>().GetUtcNow().ToUnixTimeSeconds(), call.Facts.Id);
        if (request.Stream)
        {
            await StreamAsync(call, request, writer, EndAsync);
            return null;
        }

        var answer = await call.Blender.BlendAsync(request.ToBlend(0), call.CancellationToken);
        await EndAsync(answer);
        var result = writer.Result(answer);
        WarningHeader.AddTo(call.Context, result.Warnings);
        call.Facts.AddTo(answer);
        return result;

        async Task EndAsync(BlendResponse whole)
        {
            await ToolLoops.KeepAsync(call, request, whole);
            try
            {
                await StoreAsync(store, owner, body, request, writer, whole);
            }
            catch (ResponseStoreException e)
            {
                // The answer is there, and was paid for.
                call.Get<ILogger<ApiErrorFilter>>().NotStored(e.Message);
                writer.IsStored = false;
            }
        }
    }

    private static async Task<ChatRequest> ReadAsync(IResponseStore store, string owner, ResponsesBody body)
    {
        try
        {
            return body.ToChat(await PreviousAsync(store, owner, body), await ReferencedAsync(store, owner, body.Input));
        }
        catch (ResponseStoreException e)
        {
            throw new ApiException(ApiError.Unavailable("the store of responses is not available; send the conversation as \"input\""), e);
        }
    }

    private static async Task<ChatTurn[]> PreviousAsync(IResponseStore store, string owner, ResponsesBody body)
    {
        if (body.PreviousResponseId is not { } id)
        {
            return [];
        }

        return await store.GetAsync(Key(owner, id)) is { } stored && StoredResponse.ReadTurns(stored) is { } turns
            ? turns
            : throw new ApiException(ApiError.Invalid(
                "previous_response_id", $"\"previous_response_id\" is \"{id}\", and must be the id of a stored response; it may have expired") with
            {
                Code = "previous_response_not_found",
            });
    }

    // Clients send items of earlier answers by their ids.
    private static async Task<Dictionary<string, JsonElement>> ReferencedAsync(IResponseStore store, string owner, JsonElement input)
    {
        var known = new Dictionary<string, JsonElement>();
        foreach (var item in input.ValueKind is JsonValueKind.Array ? input.EnumerateArray() : default)
        {
            if (item.ValueKind is JsonValueKind.Object && item.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.String && type.ValueEquals("item_reference")
                && item.TryGetProperty("id", out var field) && field.ValueKind is JsonValueKind.String && field.GetString() is { } id
                && await store.GetAsync(Key(owner, id)) is { } stored && StoredResponse.ReadItem(stored) is { } element)
            {
                known[id] = element;
            }
        }

        return known;
    }

    private static async Task StoreAsync(
        IResponseStore store, string owner, ResponsesBody body, ChatRequest request, ResponsesWriter writer, BlendResponse answer)
    {
        if (body.Store == false)
        {
            return;
        }

        var items = Array.ConvertAll(writer.Items(answer), static item => JsonSerializer.SerializeToElement(item, GatewayJsonContext.Default.OutputItem));
        var turns = request.Messages.Skip(body.Instructions is null ? 0 : 1).Select(static turn => turn.Source!);
        if (new StoredResponse([.. turns, ChatSource.ToMessage(answer).ToJsonString(ChatSource.Plain)], items).Write() is not { } stored)
        {
            writer.IsStored = false;
            return;
        }

        await store.SetAsync(Key(owner, writer.Id), stored);

        foreach (var item in items)
        {
            await store.SetAsync(Key(owner, item.GetProperty("id").GetString()!), item.GetRawText());
        }
    }

    private static string Key(string owner, string id) => $"{owner}:{id}";

    private static async Task StreamAsync(ApiCall call, ChatRequest request, ResponsesWriter writer, Func<BlendResponse, Task> end)
    {
        var events = new EventStream(call.Context);
        await events.RunAsync(
            () => events.WriteAllAsync(call.Blender.BlendStreamingAsync(request.ToBlend(0), call.CancellationToken), async update =>
            {
                if (update.Response is { } whole)
                {
                    await end(whole);
                    await writer.EndAsync(events, whole);
                }
                else
                {
                    await writer.WriteAsync(events, update);
                }
            }),
            error => writer.FailAsync(events, error));
    }
}
