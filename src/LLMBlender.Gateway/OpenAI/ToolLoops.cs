using LLMBlender.Abstractions;
using LLMBlender.Gateway.RateLimiting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>
/// Which member of a panel made a tool call, so that it gets the result. Kept where responses are, for panels that ask for it; without that
/// store, all members are asked.
/// </summary>
internal static class ToolLoops
{
    /// <summary>Returns the request for the member that made the calls whose results the conversation ends with; unchanged if there is none.</summary>
    public static async Task<ChatRequest> ContinueAsync(ApiCall call, ChatRequest request, PanelInfo panel)
    {
        try
        {
            // Agents add text behind the results.
            var id = request.Messages.Reverse().TakeWhile(static turn => turn.Role != Conversation.Assistant).FirstOrDefault(static turn => turn.CallId is not null)?.CallId;
            return panel.KeepsMember && id is not null && await call.Get<IResponseStore>().GetAsync(Key(call, panel.Name, id)) is { } member
                ? request with { Member = member }
                : request;
        }
        catch (ResponseStoreException e)
        {
            call.Get<ILogger<ApiErrorFilter>>().NotStored(e.Message);
            return request;
        }
    }

    /// <summary>Keeps the member that made an answer's calls.</summary>
    public static async Task KeepAsync(ApiCall call, ChatRequest request, BlendResponse answer)
    {
        if (!request.KeepsMember || answer is not { ToolUse: { } use, MadeFrom: [var best, ..] } || answer.Candidates[best].Model is not { } member)
        {
            return;
        }

        try
        {
            foreach (var made in use.Calls)
            {
                await call.Get<IResponseStore>().SetAsync(Key(call, request.Model, made.Id), member);
            }
        }
        catch (ResponseStoreException e)
        {
            call.Get<ILogger<ApiErrorFilter>>().NotStored(e.Message);
        }
    }

    private static string Key(ApiCall call, string panel, string id) => $"{Caller.Of(call.Context)?.Name}:member:{panel}:{id}";
}
