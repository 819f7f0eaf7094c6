using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway;

/// <summary>The probes of an orchestrator: startup, liveness, readiness.</summary>
public static class HealthEndpoints
{
    /// <summary>Maps <c>/health/startup</c>, <c>/health/live</c> and <c>/health/ready</c>.</summary>
    /// <param name="endpoints">Where.</param>
    /// <param name="started">Whether the process has come up.</param>
    /// <param name="problem">Why it should get no requests now; null where it should.</param>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints, Func<bool> started, Func<string?> problem)
    {
        ArgumentNullException.ThrowIfNull(endpoints);

        // Live means that this process answers; a failed dependency is no reason to restart it.
        endpoints.MapGet("/health/live", context => WriteAsync(context, null)).AllowAnonymous();
        endpoints.MapGet("/health/startup", context => WriteAsync(context, started() ? null : "starting")).AllowAnonymous();
        endpoints.MapGet("/health/ready", context => WriteAsync(context, started() ? problem() : "starting")).AllowAnonymous();
        return endpoints;
    }

    private static Task WriteAsync(HttpContext context, string? problem)
    {
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(problem ?? "ok", context.RequestAborted);
    }
}
