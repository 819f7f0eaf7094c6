using LLMBlender.Abstractions;
using LLMBlender.Gateway.Callers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Blending;

/// <summary>The command line's verbs as HTTP paths: a record in the body, its answer as the verb writes it.</summary>
public static class BlendingEndpoints
{
    /// <summary>Maps <c>/v1/rank</c>, <c>/v1/compare</c>, <c>/v1/fuse</c> and <c>/v1/blend</c>.</summary>
    public static IEndpointRouteBuilder MapBlending(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapPost("/v1/rank", ApiEndpoint.Of(RankAsync));
        endpoints.MapPost("/v1/compare", ApiEndpoint.Of(CompareAsync));
        endpoints.MapPost("/v1/fuse", ApiEndpoint.Of(FuseAsync));
        endpoints.MapPost("/v1/blend", ApiEndpoint.Of(BlendAsync));
        return endpoints;
    }

    private static async Task RankAsync(HttpContext context, IBlender blender)
    {
        using var body = await JsonBody.ReadAsync(context);
        var fields = RequestFields.Of(body.RootElement);
        var id = fields.Id();
        var request = new RankingRequest
        {
            Instruction = fields.Text("instruction"),
            Input = fields.OptionalText("input"),
            Candidates = fields.Candidates(),
            Ranker = fields.OptionalText("ranker"),
            Aggregation = fields.OptionalText("aggregate"),
            Reference = fields.OptionalText("reference"),
            ReferenceMode = fields.OptionalText("reference_mode"),
            WithMatrix = fields.Flag("matrix"),
            Timeout = fields.Timeout(),
        };
        var topK = fields.OptionalWhole("top_k", 1, int.MaxValue);
        var response = await blender.RankAsync(request, context.RequestAborted);
        Caller.Of(context)?.Spend(response.PromptTokens, response.CompletionTokens, response.Cost);
        await JsonBody.WriteAsync(context, json =>
        {
            RecordJson.Write(json, id, response);
            if (topK is { } k)
            {
                RecordJson.WriteTop(json, request.Candidates, response, (int)k);
            }
        });
    }

    private static async Task CompareAsync(HttpContext context, IBlender blender)
    {
        using var body = await JsonBody.ReadAsync(context);
        var fields = RequestFields.Of(body.RootElement);
        var id = fields.Id();
        var request = Texts(fields) with
        {
            Order = RecordJson.Order(fields.OptionalText("order")),
            Ranker = fields.OptionalText("ranker"),
            Timeout = fields.Timeout(),
        };
        var response = await blender.CompareAsync(request, context.RequestAborted);
        Caller.Of(context)?.Spend(response.PromptTokens, response.CompletionTokens, response.Cost);
        await JsonBody.WriteAsync(context, json => RecordJson.Write(json, id, response));
    }

    private static CompareRequest Texts(RequestFields fields)
    {
        if (fields.OptionalTurns("conversation_a") is not { } conversation)
        {
            return new CompareRequest
            {
                Instruction = fields.Text("instruction"),
                Input = fields.OptionalText("input"),
                A = fields.Text("a"),
                B = fields.Text("b"),
            };
        }

        try
        {
            return CompareRequest.Of(conversation, fields.OptionalTurns("conversation_b") ?? []);
        }
        catch (ArgumentException e)
        {
            throw new RequestException(ApiError.Invalid("conversation_b", e.Message));
        }
    }

    private static async Task FuseAsync(HttpContext context, IBlender blender)
    {
        using var body = await JsonBody.ReadAsync(context);
        var fields = RequestFields.Of(body.RootElement);
        var id = fields.Id();
        var request = new FuseRequest
        {
            Instruction = fields.Text("instruction"),
            Input = fields.OptionalText("input"),
            Candidates = fields.Candidates(),
            Fuser = fields.OptionalText("fuser"),
            TopK = fields.OptionalNumber("top_k"),
            Timeout = fields.Timeout(),
        };
        var response = await blender.FuseAsync(request, context.RequestAborted);
        Caller.Of(context)?.Spend(response.PromptTokens, response.CompletionTokens, response.Cost);
        await JsonBody.WriteAsync(context, json => RecordJson.Write(json, id, response));
    }

    private static async Task BlendAsync(HttpContext context, IBlender blender)
    {
        using var body = await JsonBody.ReadAsync(context);
        var fields = RequestFields.Of(body.RootElement);
        var id = fields.Id();
        var request = new BlendRequest
        {
            Instruction = fields.Text("instruction"),
            Input = fields.OptionalText("input"),
            Candidates = fields.OptionalCandidates(),
            Panel = fields.OptionalText("panel"),
            Ranker = fields.OptionalText("ranker"),
            Aggregation = fields.OptionalText("aggregate"),
            Fuser = fields.OptionalText("fuser"),
            TopK = fields.OptionalNumber("top_k"),
            Timeout = fields.Timeout(),
            WithTrace = fields.Flag("trace"),
        };
        if (fields.Flag("stream"))
        {
            await BlendStream.WriteAsync(context, blender, id, request with { WithProgress = true, WithDraft = true });
            return;
        }

        var response = await blender.BlendAsync(request, context.RequestAborted);
        Caller.Of(context)?.Spend(response.Usage);
        await JsonBody.WriteAsync(context, json => RecordJson.Write(json, id, response));
    }
}
