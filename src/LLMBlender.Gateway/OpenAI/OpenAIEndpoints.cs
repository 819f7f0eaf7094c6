using LLMBlender.Abstractions;
using LLMBlender.Gateway.Blending;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using System.Text.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>What clients of OpenAI's API ask.</summary>
public static class OpenAIEndpoints
{
    // A panel has no birthday, and clients want a number.
    private const long Created = 1_700_000_000;

    /// <summary>Maps <c>/v1/chat/completions</c>, <c>/v1/responses</c> and <c>/v1/models</c>.</summary>
    public static IEndpointRouteBuilder MapOpenAI(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        endpoints.MapPost("/v1/chat/completions", ApiEndpoint.Of(ChatEndpoint.AnswerAsync));
        endpoints.MapPost("/v1/responses", ApiEndpoint.Of(ResponsesEndpoint.AnswerAsync));
        endpoints.MapGet("/v1/models", ApiEndpoint.Of(ListAsync));
        endpoints.MapGet("/v1/models/{**name}", ApiEndpoint.Of(FindAsync));
        return endpoints;
    }

    private static async Task ListAsync(HttpContext context, IBlender blender)
    {
        var panels = await Directory(context).ListAsync(context.RequestAborted);
        await JsonBody.WriteAsync(context, json =>
        {
            json.WriteString("object", "list");
            RecordJson.WriteList(json, "data", panels, panel =>
            {
                json.WriteStartObject();
                Write(json, panel);
                json.WriteEndObject();
            });
        });
    }

    private static async Task FindAsync(HttpContext context, IBlender blender)
    {
        var name = (string)context.Request.RouteValues["name"]!;
        var panel = await Directory(context).FindAsync(name, context.RequestAborted)
            ?? throw new RequestException(ApiError.NoSuchModel($"the model \"{name}\" does not exist"));
        await JsonBody.WriteAsync(context, json => Write(json, panel));
    }

    private static PanelDirectory Directory(HttpContext context) => context.RequestServices.GetRequiredService<PanelDirectory>();

    private static void Write(Utf8JsonWriter json, PanelCard panel)
    {
        json.WriteString("id", panel.Name);
        json.WriteString("object", "model");
        json.WriteNumber("created", Created);
        json.WriteString("owned_by", "llmblender");
        json.WriteStartObject("llmblender");
        json.WriteString("description", panel.Description);
        RecordJson.WriteList(json, "members", panel.Members, json.WriteStringValue);
        json.WriteString("fuser", panel.Fuser);
        RecordJson.WriteList(json, "passes", panel.Passes, json.WriteStringValue);
        RecordJson.WriteList(json, "examples", panel.Examples, json.WriteStringValue);
        json.WriteEndObject();
    }
}
