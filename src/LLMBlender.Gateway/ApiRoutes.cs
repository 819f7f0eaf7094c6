using System.Text.Json.Serialization.Metadata;
using LLMBlender.Abstractions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway;

/// <summary>Maps the API's routes: the body's type in, the answer's type out, every failure as an <see cref="ApiError"/>.</summary>
internal static class ApiRoutes
{
    /// <summary>Maps a POST.</summary>
    /// <param name="endpoints">Where.</param>
    /// <param name="path">The path.</param>
    /// <param name="request">The body's type.</param>
    /// <param name="response">The answer's type.</param>
    /// <param name="answer">Answers; null where it has written a stream instead.</param>
    public static RouteHandlerBuilder MapApiPost<TRequest, TResponse>(
        this IEndpointRouteBuilder endpoints,
        string path,
        JsonTypeInfo<TRequest> request,
        JsonTypeInfo<TResponse> response,
        Func<ApiCall, TRequest, Task<TResponse?>> answer)
        where TRequest : class
        where TResponse : class
    {
        var route = endpoints.MapPost(path, async (HttpContext context, IBlender blender) =>
        {
            var body = await JsonBody.ReadAsync(context, request);
            if (await answer(ApiCall.Create(context, blender), body) is { } result)
            {
                await JsonBody.WriteAsync(context, result, response);
            }
        });

        // Any content type is read as JSON; the document shows application/json alone.
        return route.Accepts<TRequest>(isOptional: true, "application/json", "*/*").Describe<TResponse>();
    }

    /// <summary>Maps a GET.</summary>
    public static RouteHandlerBuilder MapApiGet<TResponse>(
        this IEndpointRouteBuilder endpoints, string path, JsonTypeInfo<TResponse> response, Func<ApiCall, Task<TResponse>> answer)
        where TResponse : class =>
        endpoints.MapGet(path, async (HttpContext context, IBlender blender) =>
            await JsonBody.WriteAsync(context, await answer(ApiCall.Create(context, blender)), response)).Describe<TResponse>();

    private static RouteHandlerBuilder Describe<TResponse>(this RouteHandlerBuilder route) => route
        .AddEndpointFilter<ApiErrorFilter>()
        .WithMetadata(new ApiRouteMetadata())
        .Produces<TResponse>(StatusCodes.Status200OK, "application/json")
        .Produces<ErrorResponse>(StatusCodes.Status400BadRequest, "application/json");
}
