using LLMBlender.Gateway.OpenAI;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Anthropic;

/// <summary>The paths of Anthropic's API.</summary>
public static class AnthropicEndpoints
{
    /// <summary>The path of messages; errors below it have Anthropic's format.</summary>
    public const string Path = "/v1/messages";

    // English text has about four characters a token, code and JSON fewer.
    private const double CharactersPerToken = 3.5;

    private const string Example = """{"model":"sample","max_tokens":1024,"messages":[{"role":"user","content":"What is the number?"}]}""";

    /// <summary>Maps <c>/v1/messages</c> and <c>/v1/messages/count_tokens</c>.</summary>
    public static IEndpointRouteBuilder MapAnthropic(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var json = GatewayJsonContext.Default;
        endpoints.MapApiPost(Path, json.MessagesBody, json.MessagesResult, AnswerAsync)
            .WithName("messages")
            .WithSummary("Send a conversation to a panel as a model, for clients of Anthropic.")
            .WithMetadata(new RequestExample(Example), new StreamsEvents());
        endpoints.MapApiPost($"{Path}/count_tokens", json.MessagesBody, json.TokenCount, CountAsync)
            .WithName("count_tokens")
            .WithSummary("Estimate the input tokens of a conversation, for clients of Anthropic.")
            .WithMetadata(new RequestExample(Example));
        return endpoints;
    }

    private static async Task<ChatRequest> PrepareAsync(ApiCall call, MessagesBody body)
    {
        var panel = await call.Get<PanelDirectory>().FindAsync(body.Model, call.CancellationToken);
        return await ChatEndpoint.PrepareAsync(call, body.ToChat(panel, call.Context.Request.Headers["anthropic-beta"]));
    }

    private static async Task<MessagesResult?> AnswerAsync(ApiCall call, MessagesBody body)
    {
        var request = await PrepareAsync(call, body);
        call.Facts.UsesCache = body.Own?.Cache;
        var writer = new MessagesWriter(request, call.Facts.Id);
        if (request.Stream)
        {
            await StreamAsync(call, request, writer);
            return null;
        }

        var answer = await call.Blender.BlendAsync(request.ToBlend(0), call.CancellationToken);
        await ToolLoops.KeepAsync(call, request, answer);
        var result = writer.Result(answer);
        WarningHeader.AddTo(call.Context, result.Warnings);
        call.Facts.AddTo(answer);
        return result;
    }

    private static async Task<TokenCount?> CountAsync(ApiCall call, MessagesBody body)
    {
        var request = await PrepareAsync(call, body);
        var length = request.Messages.Sum(static turn => turn.Text.Length + (turn.Calls ?? []).Sum(static made => made.Name.Length + made.Arguments.Length))
            + (request.Tools?.Tools.Sum(static tool => tool.Source?.Length ?? 0) ?? 0);
        return new TokenCount((long)Math.Ceiling(length / CharactersPerToken) + (4 * request.Messages.Length));
    }

    private static async Task StreamAsync(ApiCall call, ChatRequest request, MessagesWriter writer)
    {
        var events = new EventStream(call.Context);
        await events.RunAsync(
            () => events.WriteAllAsync(
                call.Blender.BlendStreamingAsync(request.ToBlend(0), call.CancellationToken),
                async update =>
                {
                    if (update.Response is { } whole)
                    {
                        await ToolLoops.KeepAsync(call, request, whole);
                        await writer.EndAsync(events, whole);
                    }
                    else
                    {
                        await writer.WriteAsync(events, update);
                    }
                }),
            error => MessagesWriter.FailAsync(events, error));
    }
}
