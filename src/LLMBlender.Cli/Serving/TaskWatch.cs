using Microsoft.Extensions.Logging;

namespace LLMBlender.Cli.Serving;

/// <summary>Logs failures that nobody looked at, as long as it is there: on the way down nobody waits for anything any more.</summary>
internal sealed class TaskWatch : IDisposable
{
    private readonly ILogger logger;

    /// <param name="logger">Where to.</param>
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
