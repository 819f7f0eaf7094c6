using Microsoft.Extensions.Logging;

namespace LLMBlender.Cli.Serving;

/// <summary>Log messages of <c>serve</c>.</summary>
internal static partial class ServeLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "unobserved exception")]
    public static partial void Unobserved(ILogger logger, Exception e);
}
