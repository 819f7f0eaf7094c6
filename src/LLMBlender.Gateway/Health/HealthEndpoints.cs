using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LLMBlender.Gateway.Health;

/// <summary>What an orchestrator asks: started, alive, ready.</summary>
public static class HealthEndpoints
{
    /// <summary>Maps <c>/health/startup</c>, <c>/health/live</c> and <c>/health/ready</c>.</summary>
    /// <param name="endpoints">Where.</param>
    /// <param name="started">Whether the process has come up.</param>
    /// <param name="problem">Why it should get no requests at the moment; null where it should.</param>
    public static IEndpointRouteBuilder MapHealth(this IEndpointRouteBuilder endpoints, Func<bool> started, Func<string?> problem)
    {
        ArgumentNullException.ThrowIfNull(endpoints);

        // Alive means that this process answers; nothing it depends on is a reason to restart it.
        endpoints.MapGet("/health/live", context => WriteAsync(context, null));
        endpoints.MapGet("/health/startup", context => WriteAsync(context, started() ? null : "starting"));
        endpoints.MapGet("/health/ready", context => WriteAsync(context, started() ? problem() : "starting"));
        return endpoints;
    }

    private static Task WriteAsync(HttpContext context, string? problem)
    {
        context.Response.StatusCode = problem is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(problem ?? "ok", context.RequestAborted);
    }
}
