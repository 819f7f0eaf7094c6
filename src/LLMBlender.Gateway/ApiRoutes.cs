using System.Text.Json.Serialization.Metadata;
using LLMBlender.Abstractions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway;

/// <summary>Maps the API's routes with typed request and response bodies; every failure is an <see cref="ApiError"/>.</summary>
internal static class ApiRoutes
{
    /// <summary>Maps a POST.</summary>
    /// <param name="endpoints">The route builder.</param>
    /// <param name="path">The path.</param>
    /// <param name="request">The body's type.</param>
    /// <param name="response">The response body's type.</param>
    /// <param name="answer">Handles the request; returns null if it has written a stream.</param>
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

        // Any content type is read as JSON; the OpenAPI document contains only application/json.
        return route.Accepts<TRequest>(isOptional: true, "application/json", "*/*").Describe<TResponse>();
    }

    /// <summary>Maps a GET, and a HEAD that the OpenAPI document does not contain.</summary>
    public static RouteHandlerBuilder MapApiGet<TResponse>(
        this IEndpointRouteBuilder endpoints, string path, JsonTypeInfo<TResponse> response, Func<ApiCall, Task<TResponse>> answer)
        where TResponse : class
    {
        return endpoints.MapMethods(path, [HttpMethods.Get, HttpMethods.Head], HandleAsync).Describe<TResponse>();

        async Task HandleAsync(HttpContext context, IBlender blender) => await JsonBody.WriteAsync(context, await answer(ApiCall.Create(context, blender)), response);
    }

    private static RouteHandlerBuilder Describe<TResponse>(this RouteHandlerBuilder route) => route
        .AddEndpointFilter<ApiErrorFilter>()
        .WithMetadata(new ApiRouteMetadata())
        .Produces<TResponse>(StatusCodes.Status200OK, "application/json")
        .Produces<ErrorResponse>(StatusCodes.Status400BadRequest, "application/json");
}
