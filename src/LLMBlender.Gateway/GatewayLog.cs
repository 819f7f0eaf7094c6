using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway;

/// <summary>The gateway's log messages. They contain no text of a request.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "request to {Path} failed unexpectedly")]
    public static partial void UnexpectedFailure(this ILogger logger, Exception e, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a response is not stored: {Problem}")]
    public static partial void NotStored(this ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "usage of caller {Caller} could not be shared with the other gateways: {Problem}")]
    public static partial void NotCounted(this ILogger logger, string caller, string problem);
}
