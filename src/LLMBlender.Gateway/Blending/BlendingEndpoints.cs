using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway.Blending;

/// <summary>The command line's verbs as HTTP paths: a record in the body, its answer as the verb writes it.</summary>
public static class BlendingEndpoints
{
    /// <summary>Maps <c>/v1/rank</c>, <c>/v1/compare</c>, <c>/v1/fuse</c> and <c>/v1/blend</c>.</summary>
    public static IEndpointRouteBuilder MapBlending(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        Map(endpoints, "/v1/rank", RankAsync);
        Map(endpoints, "/v1/compare", CompareAsync);
        Map(endpoints, "/v1/fuse", FuseAsync);
        Map(endpoints, "/v1/blend", BlendAsync);
        return endpoints;
    }

    private static void Map(IEndpointRouteBuilder endpoints, string path, Func<HttpContext, IBlender, Task> answer) =>
        endpoints.MapPost(path, context => AnswerAsync(context, answer));

    private static async Task AnswerAsync(HttpContext context, Func<HttpContext, IBlender, Task> answer)
    {
        try
        {
            await answer(context, context.RequestServices.GetRequiredService<IBlender>());
        }
        catch (RequestException e)
        {
            await e.Error.WriteAsync(context);
        }
        catch (BlendException e)
        {
            await ApiError.Of(e).WriteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there any more to be told.
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        }
        catch (Exception e) when (e is not OutOfMemoryException && !context.Response.HasStarted)
        {
            context.RequestServices.GetRequiredService<ILoggerFactory>()
                .CreateLogger(typeof(BlendingEndpoints)).UnforeseenFailure(e, context.Request.Path);
            await ApiError.Internal().WriteAsync(context);
        }
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
            WithMatrix = fields.Flag("matrix"),
            Timeout = fields.Timeout(),
        };
        var response = await blender.RankAsync(request, context.RequestAborted);
        await JsonBody.WriteAsync(context, json => RecordJson.Write(json, id, response));
    }

    private static async Task CompareAsync(HttpContext context, IBlender blender)
    {
        using var body = await JsonBody.ReadAsync(context);
        var fields = RequestFields.Of(body.RootElement);
        var id = fields.Id();
        var request = new CompareRequest
        {
            Instruction = fields.Text("instruction"),
            Input = fields.OptionalText("input"),
            A = fields.Text("a"),
            B = fields.Text("b"),
            Order = RecordJson.Order(fields.OptionalText("order")),
            Ranker = fields.OptionalText("ranker"),
            Timeout = fields.Timeout(),
        };
        var response = await blender.CompareAsync(request, context.RequestAborted);
        await JsonBody.WriteAsync(context, json => RecordJson.Write(json, id, response));
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
        };
        var response = await blender.BlendAsync(request, context.RequestAborted);
        await JsonBody.WriteAsync(context, json => RecordJson.Write(json, id, response));
    }
}
