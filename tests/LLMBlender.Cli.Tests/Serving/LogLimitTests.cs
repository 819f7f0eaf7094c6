using LLMBlender.Cli.Serving;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Time.Testing;

namespace LLMBlender.Cli.Tests.Serving;

/// <summary>How many log lines of a kind are written, and what of them reaches a terminal.</summary>
public sealed class LogLimitTests
{
    private readonly FakeTimeProvider time = new();
    private readonly LogLimit limit;

    public LogLimitTests() => limit = new LogLimit(time);

    [Fact]
    public void Lines_OfOneKind_AreBoundedEachMinuteAndCounted()
    {
        var first = Enumerable.Range(0, 1000).Count(i => Passes("Orleans.Connection", 7, $"broken {i}"));
        var other = Passes("Orleans.Connection", 8, "another event");
        var left = limit.TakeLeftOut();
        time.Advance(LogLimit.Window);

        Assert.Equal((LogLimit.MaxLines, true), (first, other));
        Assert.Equal([("Orleans.Connection[7]", 1000 - LogLimit.MaxLines)], left.Select(static pair => (pair.Kind.ToString(), pair.Lines)));
        Assert.Empty(limit.TakeLeftOut());
        Assert.True(Passes("Orleans.Connection", 7, "in the next minute"));
    }

    [Fact]
    public void Lines_OfAFailingBackend_HideNoOthers()
    {
        for (var i = 0; i < 1000; i++)
        {
            Passes("LLMBlender.BackendCaller", 1, "it answered 500", ("Backend", "a"));
        }

        Assert.False(Passes("LLMBlender.BackendCaller", 1, "it answered 500", ("Backend", "a")));
        Assert.True(Passes("LLMBlender.BackendCaller", 1, "it answered 401", ("Backend", "b")));
    }

    [Fact]
    public void Lines_BelowWarning_AreNotBounded() =>
        Assert.All(Enumerable.Range(0, 1000), _ => Assert.True(Passes("LLMBlender.Access", 1, "GET / 200", level: LogLevel.Information)));

    [Fact]
    public void Lines_OfManyKinds_AreBoundedTogether()
    {
        var passed = Enumerable.Range(0, 100_000).Count(i => Passes($"category {i}", i, "?"));

        Assert.InRange(passed, LogLimit.MaxKinds, LogLimit.MaxKinds + LogLimit.MaxLines);
        Assert.Equal(100_000 - passed, Assert.Single(limit.TakeLeftOut()).Lines);
    }

    [Theory]
    [InlineData("\u001b[2J\u001b]52;c;cm0=\u0007", null, "\ufffd[2J\ufffd]52;c;cm0=\ufffd")]
    [InlineData("one\r2026-11-29 fail: forged\nsecond", null, "one 2026-11-29 fail: forged second")]
    [InlineData("\u202egnp.exe \u009b31m", null, "\ufffdgnp.exe \ufffd31m")]
    [InlineData("it failed", "\u001b[31mred", "it failed System.InvalidOperationException: \ufffd[31mred")]
    public void Line_WithControlCharacters_HasNone(string message, string? exception, string expected)
    {
        var services = new ServiceCollection();
        services.AddLogging(static logging => logging.AddConsole());
        services.Configure<SimpleConsoleFormatterOptions>(static form => (form.SingleLine, form.ColorBehavior, form.IncludeScopes) = (true, LoggerColorBehavior.Disabled, true));
        PlainFormatter.Decorate(services);
        using var provider = services.BuildServiceProvider();
        var formatter = provider.GetServices<ConsoleFormatter>().Single(static formatter => formatter.Name == ConsoleFormatterNames.Simple);
        var scopes = new LoggerExternalScopeProvider();
        using var scope = scopes.Push("path \u001b[2J");
        using var written = new StringWriter();

        formatter.Write(
            new LogEntry<string>(LogLevel.Error, "c", 0, message, exception is null ? null : new InvalidOperationException(exception), static (text, _) => text), scopes, written);

        Assert.Equal($"fail: c[0] => path \ufffd[2J {expected}\n", written.ToString());
    }

    private bool Passes(string category, int id, string message, (string Name, object? Value)? value = null, LogLevel level = LogLevel.Warning)
    {
        KeyValuePair<string, object?>[] state = [.. value is { } given ? [KeyValuePair.Create(given.Name, given.Value)] : Array.Empty<KeyValuePair<string, object?>>()];
        return ((LoggingSampler)limit).ShouldSample(new LogEntry<KeyValuePair<string, object?>[]>(level, category, id, state, null, (_, _) => message));
    }
}
