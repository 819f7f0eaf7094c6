using LLMBlender.Abstractions;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway;

/// <summary>Answers one request with the cluster's help; whatever goes wrong becomes an <see cref="ApiError"/>.</summary>
internal static class ApiEndpoint
{
    /// <summary>A handler that answers.</summary>
    public static RequestDelegate Of(Func<HttpContext, IBlender, Task> answer) => context => AnswerAsync(context, answer);

    /// <summary>Writes a stream's events; whatever goes wrong while somebody still listens becomes its last.</summary>
    /// <param name="context">The request, whose response has begun.</param>
    /// <param name="write">Writes the events.</param>
    /// <param name="fail">Writes the error.</param>
    public static async Task StreamAsync(HttpContext context, Func<Task> write, Func<ApiError, Task> fail)
    {
        try
        {
            await write();
        }
        catch (Exception e) when (e is not OutOfMemoryException && !context.RequestAborted.IsCancellationRequested)
        {
            var error = Foreseen(e);
            if (error is null)
            {
                Log(context, e);
            }

            await fail(error ?? ApiError.Internal());
        }
    }

    private static async Task AnswerAsync(HttpContext context, Func<HttpContext, IBlender, Task> answer)
    {
        try
        {
            await answer(context, context.RequestServices.GetRequiredService<IBlender>());
        }
        catch (Exception e) when (!context.Response.HasStarted && Foreseen(e) is { } error)
        {
            await error.WriteAsync(context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there any more to be told.
            if (!context.Response.HasStarted)
            {
                context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException && !context.Response.HasStarted)
        {
            Log(context, e);
            await ApiError.Internal().WriteAsync(context);
        }
    }

    private static void Log(HttpContext context, Exception e) => context.RequestServices.GetRequiredService<ILoggerFactory>()
        .CreateLogger(typeof(ApiEndpoint)).UnforeseenFailure(e, context.Request.Path);

    // Null where nobody foresaw it.
    private static ApiError? Foreseen(Exception e) => e switch
    {
        RequestException request => request.Error,
        BlendException blend => ApiError.Of(blend),
        _ => null,
    };
}
