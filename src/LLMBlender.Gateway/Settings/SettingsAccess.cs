using LLMBlender.Gateway.Authentication;
using LLMBlender.Gateway.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway.Settings;

/// <summary>
/// Admits requests for the settings: of callers that may edit them, or without callers of this machine. Whoever edits backends decides where the
/// server sends its keys, so that neither <see cref="GatewayOptions.AllowAnonymous"/> nor <see cref="GatewayOptions.AllowedOrigins"/> is sufficient.
/// </summary>
internal sealed class SettingsAccess : IEndpointFilter
{
    /// <inheritdoc/>
    public ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next) =>
        Problem(context.HttpContext) is { } error ? throw new ApiException(error) : next(context);

    private static ApiError? Problem(HttpContext context)
    {
        if (!IsOwnPage(context.Request))
        {
            return ApiError.Forbidden("the settings are edited only by this server's own page");
        }

        if (Caller.Of(context) is { } caller)
        {
            return caller.EditsSettings ? null : ApiError.Forbidden("this key may not edit the settings: the caller needs \"EditsSettings\": true in the configuration");
        }

        return LocalRequest.Problem(context) is { } problem ? ApiError.Forbidden(problem) : null;
    }

    // Browsers send one header or both; other clients send neither.
    private static bool IsOwnPage(HttpRequest request) =>
        request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none"
        && (request.Headers.Origin.Count == 0
            || (Uri.TryCreate(request.Headers.Origin.ToString(), UriKind.Absolute, out var page) && string.Equals(page.Authority, request.Host.Value, StringComparison.OrdinalIgnoreCase)));
}
