using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Documentation;

/// <summary>The API's description. It is written by hand, for requests are read by hand; tests hold the two together.</summary>
public static class OpenApiEndpoint
{
    /// <summary>Maps <c>/openapi/v1.json</c>.</summary>
    public static IEndpointRouteBuilder MapDescription(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        using var stream = typeof(OpenApiEndpoint).Assembly.GetManifestResourceStream("openapi.json")!;
        using var all = new MemoryStream();
        stream.CopyTo(all);
        var description = all.ToArray();
        endpoints.MapGet("/openapi/v1.json", context =>
        {
            context.Response.ContentType = "application/json; charset=utf-8";
            return context.Response.Body.WriteAsync(description, context.RequestAborted).AsTask();
        });
        return endpoints;
    }
}
