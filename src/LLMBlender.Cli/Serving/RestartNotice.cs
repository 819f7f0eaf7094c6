using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Primitives;

namespace LLMBlender.Cli.Serving;

/// <summary>Names changed settings that apply only after a restart, once for each change.</summary>
internal sealed partial class RestartNotice : IHostedService, IDisposable
{
    private static readonly string[] Fixed =
    [
        nameof(ServeSettings.Rankers), nameof(ServeSettings.Fusers), nameof(ServeSettings.Accelerators), nameof(ServeSettings.AcceleratorMemory), nameof(ServeSettings.Discover),
        nameof(ServeSettings.Cache), nameof(ServeSettings.Queue), nameof(ServeSettings.Admission),
    ];

    private readonly IConfiguration configuration;
    private readonly ILogger<RestartNotice> logger;
    private readonly Dictionary<string, string> known;
    private IDisposable? subscription;

    public RestartNotice(IConfiguration configuration, ILogger<RestartNotice> logger)
    {
        (this.configuration, this.logger) = (configuration, logger);
        known = Fixed.ToDictionary(static name => name, Text);
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        subscription = ChangeToken.OnChange(configuration.GetReloadToken, Compare);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => subscription?.Dispose();

    private void Compare()
    {
        foreach (var name in Fixed)
        {
            var text = Text(name);
            if (text != known[name])
            {
                known[name] = text;
                LogChanged(ServeSettings.Section, name);
            }
        }
    }

    private string Text(string name) =>
        string.Join('\n', configuration.GetSection($"{ServeSettings.Section}:{name}").AsEnumerable().Select(static entry => $"{entry.Key}={entry.Value}").Order(StringComparer.Ordinal));

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Section}:{Name} changed, which needs a restart")]
    private partial void LogChanged(string section, string name);
}
