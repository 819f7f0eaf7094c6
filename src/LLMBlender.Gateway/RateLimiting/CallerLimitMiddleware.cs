using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway.RateLimiting;

/// <summary>Rejects requests of callers over a limit. The dashboard, which polls at no cost, is not limited.</summary>
internal sealed class CallerLimitMiddleware(RequestDelegate next, CallerMetrics metrics)
{
    /// <summary>Serves a request, or responds with the limit that it exceeds.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (Caller.Of(context) is not { } caller || GatewayExtensions.IsDashboard(context.Request))
        {
            await next(context);
            return;
        }

        if (await caller.EnterAsync() is { } error)
        {
            metrics.Refused(error);
            await error.WriteAsync(context);
            return;
        }

        try
        {
            await next(context);
        }
        finally
        {
            caller.Leave();
        }
    }
}
