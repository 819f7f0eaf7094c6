using LLMBlender.Cli.Show;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace LLMBlender.Cli.Serving;

/// <summary>
/// Replaces control characters in a log line's message and exception, before another formatter adds its own: they can be those of whoever sends bytes to a port, and
/// would control the terminal that shows the log.
/// </summary>
/// <param name="inner">The other formatter.</param>
internal sealed class PlainFormatter(ConsoleFormatter inner) : ConsoleFormatter(inner.Name)
{
    /// <summary>Puts one in front of each registered formatter but that of JSON, which escapes control characters.</summary>
    public static void Decorate(IServiceCollection services)
    {
        for (var i = 0; i < services.Count; i++)
        {
            if (services[i] is { ServiceType: var type, ImplementationType: { } formatter } && type == typeof(ConsoleFormatter))
            {
                services[i] = ServiceDescriptor.Singleton<ConsoleFormatter>(provider => Create((ConsoleFormatter)ActivatorUtilities.CreateInstance(provider, formatter)));
            }
        }
    }

    /// <inheritdoc/>
    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var text = logEntry.Formatter(logEntry.State, logEntry.Exception);
        var line = Plain(logEntry.Exception is { } e ? $"{text} {e}" : text);
        inner.Write(
            new LogEntry<string>(logEntry.LogLevel, logEntry.Category, logEntry.EventId, line, null, static (written, _) => written),
            scopeProvider is null ? null : new PlainScopes(scopeProvider),
            textWriter);
    }

    private static ConsoleFormatter Create(ConsoleFormatter formatter) => formatter.Name == ConsoleFormatterNames.Json ? formatter : new PlainFormatter(formatter);

    // A carriage return lets what follows overwrite the line.
    private static string Plain(string text) => TerminalText.Plain(text).Replace('\r', ' ');

    // A request's path is in a scope.
    private sealed class PlainScopes(IExternalScopeProvider inner) : IExternalScopeProvider
    {
        public void ForEachScope<TState>(Action<object?, TState> callback, TState state) =>
            inner.ForEachScope((scope, passed) => callback(scope?.ToString() is { } text ? Plain(text) : null, passed), state);

        public IDisposable Push(object? state) => inner.Push(state);
    }
}
