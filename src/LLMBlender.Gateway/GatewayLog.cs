using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway;

/// <summary>The gateway's log messages. They contain no text of a request.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "request to {Path} failed unexpectedly")]
    public static partial void UnexpectedFailure(this ILogger logger, Exception e, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} requests of {Address} within a minute had a key that is not known")]
    public static partial void UnknownKeys(this ILogger logger, System.Net.IPAddress address, int count);

    [LoggerMessage(Level = LogLevel.Information, Message = "the changed callers apply: {Added} keys were added and {Removed} removed")]
    public static partial void CallersApplied(this ILogger logger, int added, int removed);

    [LoggerMessage(Level = LogLevel.Error, Message = "the changed callers do not apply: {Problem}")]
    public static partial void CallersNotApplied(this ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "AllowAnonymous, AllowedOrigins, AllowedHosts or MaxRequestBytes changed, which needs a restart")]
    public static partial void NeedsRestart(this ILogger logger);

    [LoggerMessage(Level = LogLevel.Warning, Message = "a response is not stored: {Problem}")]
    public static partial void NotStored(this ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "the answer cache could not be read ({Problem}): answers are made instead")]
    public static partial void AnswersNotRead(this ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Information, Message = "the answer cache could not be written ({Problem}): answers are not kept")]
    public static partial void AnswersNotWritten(this ILogger logger, string problem);

    [LoggerMessage(Level = LogLevel.Error, Message = "blends are not recorded in {Folder}: {Problem}")]
    public static partial void NotRecorded(this ILogger logger, string folder, string problem);

    [LoggerMessage(Level = LogLevel.Warning, Message = "usage of caller {Caller} could not be shared with the other gateways: {Problem}")]
    public static partial void NotCounted(this ILogger logger, string caller, string problem);
}
