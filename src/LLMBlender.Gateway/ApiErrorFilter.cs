using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway;

/// <summary>Returns an <see cref="ApiError"/> for a request whose handler throws.</summary>
internal sealed class ApiErrorFilter(ILogger<ApiErrorFilter> logger) : IEndpointFilter
{
    /// <inheritdoc/>
    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        try
        {
            return await next(context);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected.
            if (!http.Response.HasStarted)
            {
                http.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException && !http.Response.HasStarted)
        {
            await ErrorOf(e, http.Request.Path, logger).WriteAsync(http);
        }

        // The response is written, or there is no client to read it.
        return Results.Empty;
    }

    /// <summary>Returns the error for the client. An unexpected exception is logged, and the client receives no details.</summary>
    public static ApiError ErrorOf(Exception exception, string path, ILogger logger)
    {
        switch (exception)
        {
            case ApiException api:
                return api.Error;
            case JsonFieldException field:
                return ApiError.Invalid(field.Field, field.Field is null ? $"the body {field.Message}" : field.Message);
            case BlendException blend:
                return ApiError.Create(blend);
            default:
                logger.UnexpectedFailure(exception, path);
                return ApiError.Internal();
        }
    }
}
