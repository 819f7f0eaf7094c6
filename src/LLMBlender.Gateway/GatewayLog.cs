using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway;

/// <summary>What the gateway logs. Never a request's texts.</summary>
internal static partial class GatewayLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "a request to {Path} failed unforeseen")]
    public static partial void UnforeseenFailure(this ILogger logger, Exception e, string path);

    [LoggerMessage(Level = LogLevel.Warning, Message = "what caller {Caller} has had could not be counted with the other gateways': {Problem}")]
    public static partial void NotCounted(this ILogger logger, string caller, string problem);
}
