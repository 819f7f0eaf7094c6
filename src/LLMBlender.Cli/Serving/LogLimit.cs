using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace LLMBlender.Cli.Serving;

/// <summary>
/// Bounds the warnings and errors of one kind in a minute, before they reach the console and exporters, so that no stranger fills a disk with lines that each
/// broken connection or refused request causes. What is left out is counted, and <see cref="TakeLeftOut"/> returns it. Lines below Warning are
/// written as the configuration says. Thread-safe.
/// </summary>
/// <param name="timeProvider">Measures the minute.</param>
internal sealed class LogLimit(TimeProvider timeProvider) : LoggingSampler
{
    /// <summary>Lines of one kind in a minute; further ones are left out.</summary>
    public const int MaxLines = 20;

    /// <summary>Kinds that are counted apart; further ones are one kind together.</summary>
    public const int MaxKinds = 512;

    /// <summary>The minute.</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // Names of a log line's values that the configuration gives: a failing backend must not hide another one's failure.
    private static readonly string[] Subjects = ["Backend", "Panel"];

    private readonly ConcurrentDictionary<LogKind, Count> counts = new();

    /// <inheritdoc/>
    public override bool ShouldSample<TState>(in LogEntry<TState> logEntry)
    {
        if (logEntry.LogLevel is < LogLevel.Warning or LogLevel.None || logEntry.Category == LogSummary.Category)
        {
            return true;
        }

        var kind = new LogKind(logEntry.Category, logEntry.LogLevel, logEntry.EventId.Id, SubjectOf(logEntry.State));
        var count = counts.TryGetValue(kind, out var known) ? known
            : counts.GetOrAdd(counts.Count < MaxKinds ? kind : LogKind.Others, static _ => new Count());
        return count.Add(timeProvider);
    }

    /// <summary>Returns how many lines of each kind were left out since the last call.</summary>
    public IReadOnlyList<(LogKind Kind, int Lines)> TakeLeftOut() =>
        [.. counts.Select(static pair => (pair.Key, Lines: pair.Value.Take())).Where(static left => left.Lines > 0)];

    private static string? SubjectOf<TState>(TState state)
    {
        if (state is IReadOnlyList<KeyValuePair<string, object?>> values)
        {
            for (var i = 0; i < values.Count; i++)
            {
                if (Array.IndexOf(Subjects, values[i].Key) >= 0)
                {
                    return values[i].Value as string;
                }
            }
        }

        return null;
    }

    private sealed class Count
    {
        private readonly Lock sync = new();
        private long? begin;
        private int lines;
        private int leftOut;

        public bool Add(TimeProvider timeProvider)
        {
            lock (sync)
            {
                if (begin is not { } at || timeProvider.GetElapsedTime(at) >= Window)
                {
                    (begin, lines) = (timeProvider.GetTimestamp(), 0);
                }

                if (lines < MaxLines)
                {
                    lines++;
                    return true;
                }

                leftOut++;
                return false;
            }
        }

        public int Take()
        {
            lock (sync)
            {
                var taken = leftOut;
                leftOut = 0;
                return taken;
            }
        }
    }
}

/// <summary>What log lines have in common that are bounded together.</summary>
/// <param name="Category">The logger's category.</param>
/// <param name="Level">The level.</param>
/// <param name="Event">The event's number.</param>
/// <param name="Subject">The backend or panel that they name; null for none.</param>
internal sealed record LogKind(string Category, LogLevel Level, int Event, string? Subject)
{
    /// <summary>The kinds that are too many.</summary>
    public static readonly LogKind Others = new("others", LogLevel.Warning, 0, null);

    /// <summary>The kind as the log's lines begin.</summary>
    public override string ToString() => $"{Category}[{Event}]{(Subject is null ? "" : $" of {Subject}")}";
}
