using LLMBlender.Abstractions;
using LLMBlender.Gateway.RateLimiting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace LLMBlender.Gateway;

/// <summary>A request to the API.</summary>
/// <param name="Context">The HTTP request.</param>
/// <param name="Blender">Serves the request; its model costs are charged to the caller.</param>
internal readonly record struct ApiCall(HttpContext Context, IBlender Blender)
{
    /// <summary>Cancelled when the client disconnects.</summary>
    public CancellationToken CancellationToken => Context.RequestAborted;

    /// <summary>Creates the call of a request.</summary>
    public static ApiCall Create(HttpContext context, IBlender blender) =>
        new(context, Caller.Of(context) is { } caller ? new MeteredBlender(blender, caller, context.RequestServices.GetRequiredService<PanelDirectory>()) : blender);

    /// <summary>Resolves a service.</summary>
    public T Get<T>()
        where T : notnull => Context.RequestServices.GetRequiredService<T>();
}
