using System.Globalization;
using LLMBlender.Abstractions;
using LLMBlender.Gateway.Anthropic;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway;

/// <summary>An error in the format of OpenAI's API: <c>{"error":{"message","type","param","code"}}</c>; in Anthropic's below its path.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Type">The kind of error.</param>
/// <param name="Code">The machine-readable reason.</param>
/// <param name="Message">The human-readable reason.</param>
/// <param name="Parameter">The invalid field, if any.</param>
/// <param name="RetryAfter">The delay before a retry, if a retry may succeed.</param>
internal sealed record ApiError(int Status, string Type, string Code, string Message, string? Parameter = null, TimeSpan? RetryAfter = null)
{
    private const string InvalidRequest = "invalid_request_error";
    private const string Server = "server_error";

    /// <summary>An invalid request.</summary>
    public static ApiError Invalid(string? parameter, string message) =>
        new(StatusCodes.Status400BadRequest, InvalidRequest, "invalid_value", message, parameter);

    /// <summary>A parameter that a blend does not support.</summary>
    public static ApiError Unsupported(string parameter, string message) =>
        new(StatusCodes.Status400BadRequest, InvalidRequest, "unsupported_parameter", message, parameter);

    /// <summary>A model that is not a panel.</summary>
    public static ApiError NoSuchModel(string message) =>
        new(StatusCodes.Status404NotFound, InvalidRequest, "model_not_found", message, "model");

    /// <summary>An id that no answer has.</summary>
    public static ApiError NoSuchAnswer(string message) => new(StatusCodes.Status404NotFound, InvalidRequest, "not_found", message, "id");

    /// <summary>A path that does not exist.</summary>
    public static ApiError NoSuchPath(string path) => new(StatusCodes.Status404NotFound, InvalidRequest, "not_found", $"the path \"{path}\" does not exist");

    /// <summary>A method that a path does not have.</summary>
    public static ApiError NoSuchMethod(string method, string path) =>
        new(StatusCodes.Status405MethodNotAllowed, InvalidRequest, "method_not_allowed", $"the path \"{path}\" does not have the method {method}");

    /// <summary>A request without a valid key.</summary>
    public static ApiError Unauthorized(string message) =>
        new(StatusCodes.Status401Unauthorized, InvalidRequest, "invalid_api_key", message);

    /// <summary>A cross-site request of a page.</summary>
    public static ApiError Forbidden(string message) =>
        new(StatusCodes.Status403Forbidden, "permission_error", "forbidden", message);

    /// <summary>A caller over a limit.</summary>
    public static ApiError Limited(string code, string message, TimeSpan retryAfter) =>
        new(StatusCodes.Status429TooManyRequests, "rate_limit_error", code, message, RetryAfter: retryAfter);

    /// <summary>A part of the server that does not answer at the moment.</summary>
    public static ApiError Unavailable(string message) =>
        new(StatusCodes.Status503ServiceUnavailable, Server, "unreachable", message, RetryAfter: TimeSpan.FromSeconds(1));

    /// <summary>A server that has no room for further requests at the moment.</summary>
    public static ApiError Overloaded(string message) =>
        new(StatusCodes.Status503ServiceUnavailable, "overloaded_error", "overloaded", message, RetryAfter: TimeSpan.FromSeconds(1));

    /// <summary>A body that is too large.</summary>
    public static ApiError TooLarge(string message) =>
        new(StatusCodes.Status413PayloadTooLarge, InvalidRequest, "request_too_large", message);

    /// <summary>A failed call of the blender.</summary>
    public static ApiError Create(BlendException e)
    {
        var error = CreateByReason(e);
        return e is { Status: { } status, Parameter: null } ? error.From(status, e) : error;
    }

    private static ApiError CreateByReason(BlendException e) => e.Reason switch
    {
        BlendFailureReason.Refused => new(StatusCodes.Status400BadRequest, InvalidRequest, e.Parameter is null ? "refused" : "invalid_value", e.Message, e.Parameter),
        BlendFailureReason.Overloaded => new(StatusCodes.Status429TooManyRequests, "overloaded_error", "overloaded", e.Message, RetryAfter: e.RetryAfter),
        BlendFailureReason.TimedOut => new(StatusCodes.Status504GatewayTimeout, "timeout_error", "deadline_exceeded", e.Message),
        BlendFailureReason.Unreachable => new(StatusCodes.Status503ServiceUnavailable, Server, "unreachable", e.Message, RetryAfter: e.RetryAfter),
        BlendFailureReason.Invalid => new(StatusCodes.Status502BadGateway, Server, "invalid_answer", e.Message),
        BlendFailureReason.Empty => new(StatusCodes.Status502BadGateway, Server, "empty", e.Message),
        _ => new(StatusCodes.Status502BadGateway, Server, "faulted", e.Message),
    };

    // The status and the code of the members' servers, as all of them answered. A fault of theirs is a bad gateway.
    private ApiError From(int status, BlendException e) => this with
    {
        Status = status switch { 408 => StatusCodes.Status504GatewayTimeout, 503 or 504 or 529 => status, >= 400 and < 500 => status, _ => Status },
        Type = status switch { 401 => "authentication_error", 403 => "permission_error", 429 => "rate_limit_error", _ => Type },
        Code = e.Code ?? Code,
        RetryAfter = e.RetryAfter,
    };

    /// <summary>An unexpected exception; its details are only logged.</summary>
    public static ApiError Internal() => new(StatusCodes.Status500InternalServerError, Server, "internal", "internal error; see the server's log");

    /// <summary>Writes the error as the response.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        if (RetryAfter is { } wait)
        {
            var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        // Also where there is no route.
        if (context.Request.Path.StartsWithSegments(AnthropicEndpoints.Path))
        {
            await JsonBody.WriteAsync(context, MessagesErrorResponse.Create(this), GatewayJsonContext.Default.MessagesErrorResponse);
        }
        else
        {
            await JsonBody.WriteAsync(context, ToResponse(), GatewayJsonContext.Default.ErrorResponse);
        }
    }

    /// <summary>Returns the response body.</summary>
    public ErrorResponse ToResponse() => new() { Error = new ErrorBody { Message = Message, Type = Type, Param = Parameter, Code = Code } };
}
