using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Cli.Serving;

/// <summary>
/// The time between the end of a process's readiness and its shutdown. It serves all requests meanwhile and ends the connections of its clients, so that their next
/// requests go elsewhere: by <c>Connection: close</c> in HTTP/1.1, by GOAWAY in HTTP/2. Safe for concurrent use.
/// </summary>
internal sealed class Leaving(TimeProvider timeProvider)
{
    private volatile bool isLeaving;

    /// <summary>Why the process is not ready; null if it does not leave.</summary>
    public string? Problem => isLeaving ? "shutting down" : null;

    /// <summary>Serves for a time as a process that leaves.</summary>
    public async Task WaitAsync(TimeSpan time)
    {
        if (time > TimeSpan.Zero)
        {
            isLeaving = true;
            await Task.Delay(time, timeProvider);
        }
    }

    /// <summary>Serves a request, also one that began before.</summary>
    public Task RunAsync(HttpContext context, RequestDelegate next)
    {
        context.Response.OnStarting(EndConnection, context);
        return next(context);
    }

    private Task EndConnection(object state)
    {
        if (isLeaving)
        {
            var context = (HttpContext)state;
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
            if (HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                context.Response.Headers.Connection = "close";
            }
        }

        return Task.CompletedTask;
    }
}
