using Microsoft.Extensions.Logging;

namespace LLMBlender.Cli.Serving;

/// <summary>Log messages of <c>serve</c>.</summary>
internal static partial class ServeLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "unobserved exception")]
    public static partial void Unobserved(ILogger logger, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "the limit of file descriptors is {Descriptors}, so that at most {Connections} HTTP connections are served; raise it (ulimit -n) to at least 4096")]
    public static partial void FewDescriptors(ILogger logger, int descriptors, int connections);
}
