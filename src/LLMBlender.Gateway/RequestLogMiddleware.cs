using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway;

/// <summary>
/// Gives each request an id, the client's own <c>x-request-id</c> or a new one: in the response's header, in the scope of its log lines, and in its trace.
/// Writes a line for each request to the category <see cref="Category"/>, which is off unless the configuration sets its level to Information.
/// </summary>
internal sealed partial class RequestLogMiddleware(RequestDelegate next, ILoggerFactory loggers, TimeProvider timeProvider)
{
    /// <summary>The header.</summary>
    public const string Header = "x-request-id";

    /// <summary>The log category of requests.</summary>
    public const string Category = "LLMBlender.Access";

    private const string Tag = "llmblender.request_id";
    private const int MaxLength = 128;

    private static readonly Func<ILogger, string, IDisposable?> Scope = LoggerMessage.DefineScope<string>("request {RequestId}");

    private readonly ILogger logger = loggers.CreateLogger(Category);

    /// <summary>Handles a request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var id = Given(context.Request.Headers[Header]) ?? $"req_{Guid.NewGuid():N}";
        context.TraceIdentifier = id;
        context.Response.Headers[Header] = id;
        Activity.Current?.SetTag(Tag, id);
        using var scope = Scope(logger, id);
        if (!logger.IsEnabled(LogLevel.Information) || context.Request.Path.StartsWithSegments("/health") || context.Request.Path.StartsWithSegments("/metrics"))
        {
            await next(context);
            return;
        }

        var start = timeProvider.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var status = context.RequestAborted.IsCancellationRequested ? "aborted" : context.Response.StatusCode.ToString(CultureInfo.InvariantCulture);
            var milliseconds = (long)timeProvider.GetElapsedTime(start).TotalMilliseconds;
            var path = context.Request.Path.ToString();
            LogRequest(context.Request.Method, path, status, milliseconds, context.User.Identity?.Name ?? "-", id);
        }
    }

    // It is written to logs and headers as it is.
    private static string? Given(string? value) =>
        value is { Length: > 0 and <= MaxLength } && value.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ':') ? value : null;

    [LoggerMessage(Level = LogLevel.Information, Message = "{Method} {Path} {Status} {Milliseconds} ms caller {Caller} request {RequestId}")]
    private partial void LogRequest(string method, string path, string status, long milliseconds, string caller, string requestId);
}
