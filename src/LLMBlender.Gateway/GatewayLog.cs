using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway;

/// <summary>What the gateway logs. Never a request's texts.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "a request to {Path} failed unforeseen")]
    public static partial void UnforeseenFailure(this ILogger logger, Exception e, string path);
}
