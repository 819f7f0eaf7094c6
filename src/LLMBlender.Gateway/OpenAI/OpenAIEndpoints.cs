using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The paths of OpenAI's API.</summary>
public static class OpenAIEndpoints
{
    /// <summary>Maps <c>/v1/chat/completions</c>, <c>/v1/responses</c> and <c>/v1/models</c>.</summary>
    public static IEndpointRouteBuilder MapOpenAI(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var json = GatewayJsonContext.Default;
        endpoints.MapApiPost("/v1/chat/completions", json.ChatBody, json.ChatCompletion, ChatEndpoint.AnswerAsync)
            .WithName("chat_completions")
            .WithSummary("Send a conversation to a panel as a model.")
            .WithMetadata(new RequestExample("""{"model":"sample","messages":[{"role":"user","content":"What is the number?"}]}"""), new StreamsEvents());
        endpoints.MapApiPost("/v1/responses", json.ResponsesBody, json.ResponsesResult, ResponsesEndpoint.AnswerAsync)
            .WithName("responses")
            .WithSummary("Send a conversation to a panel as a model, with tools and stored responses.")
            .WithMetadata(new RequestExample("""{"model":"sample","instructions":"Be brief.","input":"Explain compound interest to someone who has never had a savings account."}"""), new StreamsEvents());
        endpoints.MapApiGet("/v1/models", json.ModelList, ListAsync).WithName("models").WithSummary("List the panels.");
        endpoints.MapApiGet("/v1/models/{**name}", json.Model, FindAsync).WithName("model").WithSummary("Describe a panel.");
        return endpoints;
    }

    private static async Task<ModelList> ListAsync(ApiCall call) => new()
    {
        Object = "list",
        Data = Array.ConvertAll(await call.Get<PanelDirectory>().ListAsync(call.CancellationToken), Model.Create),
    };

    private static async Task<Model> FindAsync(ApiCall call)
    {
        var name = (string)call.Context.Request.RouteValues["name"]!;

        // Routing keeps an escaped slash, which clients write in names such as org/model.
        name = Uri.UnescapeDataString(name);
        return await call.Get<PanelDirectory>().FindAsync(name, call.CancellationToken) is { } panel
            ? Model.Create(panel)
            : throw new ApiException(ApiError.NoSuchModel($"the model \"{name}\" does not exist"));
    }
}
