using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway;

/// <summary>The endpoints for an orchestrator's startup, liveness and readiness probes.</summary>
public static class HealthEndpoints
{
    // Some monitors send HEAD, which the server answers without a body.
    internal static readonly string[] ReadMethods = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps <c>/health/startup</c>, <c>/health/live</c> and <c>/health/ready</c>.</summary>
    /// <param name="endpoints">The route builder.</param>
    /// <param name="started">Whether the process has started.</param>
    /// <param name="problem">Why the process is not ready; null if it is ready.</param>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints, Func<bool> started, Func<string?> problem)
    {
        ArgumentNullException.ThrowIfNull(endpoints);

        // Live means that this process responds; a failed dependency is no reason to restart it.
        endpoints.MapMethods("/health/live", ReadMethods, context => WriteAsync(context, null)).AllowAnonymous();
        endpoints.MapMethods("/health/startup", ReadMethods, context => WriteAsync(context, started() ? null : "starting")).AllowAnonymous();
        endpoints.MapMethods("/health/ready", ReadMethods, context => WriteAsync(context, started() ? problem() : "starting")).AllowAnonymous();
        return endpoints;
    }

    private static Task WriteAsync(HttpContext context, string? problem)
    {
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(problem ?? "ok", context.RequestAborted);
    }
}
