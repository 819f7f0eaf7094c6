using Microsoft.Extensions.Logging;

namespace LLMBlender.Cli.Serving;

/// <summary>Logs unobserved task exceptions until it is disposed; during shutdown some tasks are not awaited.</summary>
internal sealed class TaskWatch : IDisposable
{
    private readonly ILogger logger;

    /// <param name="logger">The logger.</param>
    public TaskWatch(ILogger logger)
    {
        this.logger = logger;
        TaskScheduler.UnobservedTaskException += Log;
    }

    /// <inheritdoc/>
    public void Dispose() => TaskScheduler.UnobservedTaskException -= Log;

    private void Log(object? sender, UnobservedTaskExceptionEventArgs failure)
    {
        ServeLog.Unobserved(logger, failure.Exception);
        failure.SetObserved();
    }
}
