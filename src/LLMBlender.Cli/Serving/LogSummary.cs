using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Cli.Serving;

/// <summary>Logs how many lines of each kind <see cref="LogLimit"/> has left out: each minute, and when the process stops.</summary>
internal sealed partial class LogSummary(LogLimit limit, ILoggerFactory loggers, TimeProvider timeProvider) : BackgroundService
{
    /// <summary>The category, which is not limited.</summary>
    public const string Category = "LLMBlender.Log";

    private readonly ILogger logger = loggers.CreateLogger(Category);

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Write();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var minute = new PeriodicTimer(LogLimit.Window, timeProvider);
        try
        {
            while (await minute.WaitForNextTickAsync(stoppingToken))
            {
                Write();
            }
        }
        catch (OperationCanceledException)
        {
            return;
        }
    }

    private void Write()
    {
        foreach (var (kind, lines) in limit.TakeLeftOut())
        {
            LogLeftOut(lines, kind);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Lines} more lines like {Kind} were left out")]
    private partial void LogLeftOut(int lines, LogKind kind);
}
