using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LLMBlender.Cli.Serving;

/// <summary>
/// The log of a <c>serve</c> process on standard error: warnings and errors, a changed configuration, and if the configuration turns them on a line for
/// each request. Lines have a time in UTC, no control characters, and of one kind at most <see cref="LogLimit.MaxLines"/> a minute. <c>"Logging": {"Console": {"FormatterName": "json"}}</c> makes each a JSON object.
/// </summary>
internal static class ServeLogging
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";

    // What Orleans logs while the last silo leaves: its grains find no other silo to move to.
    private static readonly string[] LeavingCategories = ["Polly", "Orleans.Grain", "Orleans.Messaging", "Orleans.Runtime.MembershipService"];

    // Logged at every start: advice about the garbage collector, and a false warning that takes the machine's uptime for a stalled check. And the exception of a
    // failed start.
    private static readonly string[] StartCategories = ["Orleans.Runtime.Silo", "Orleans.Runtime.Watchdog"];

    // A change of the configuration that applied is said too.
    private static readonly string[] ReloadCategories = ["LLMBlender.Local.Panels.PanelReload", "LLMBlender.Gateway.Authentication.CallerRegistry"];

    // They log the exception of a failed start, which the command reports itself.
    private static readonly string[] HostCategories = ["Microsoft.Extensions.Hosting.Internal.Host", "Orleans.Runtime.SiloLifecycleSubject"];

    /// <summary>Adds the log. The configuration must be complete.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="isStarted">Whether the process is ready.</param>
    /// <param name="isStopping">Whether it stops.</param>
    public static void Add(WebApplicationBuilder builder, Func<bool> isStarted, Func<bool> isStopping)
    {
        builder.Logging.ClearProviders();
        builder.Logging.Configure(static factory => factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId);

        // Before AddConsole, which binds "Logging:Console:FormatterOptions" over them.
        builder.Services.Configure<SimpleConsoleFormatterOptions>(static form =>
        {
            form.SingleLine = true;
            SetTime(form, $"{TimeFormat} ");
        });
        builder.Services.Configure<JsonConsoleFormatterOptions>(static form =>
        {
            form.IncludeScopes = true;
            SetTime(form, TimeFormat);
        });
        builder.Logging.AddConsole(console => console.FormatterName = Formatter(builder.Configuration));
        PlainFormatter.Decorate(builder.Services);
        builder.Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        AddFilters(builder.Logging, isStarted, isStopping);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Logging.AddSampler<LogLimit>();
        builder.Services.AddHostedService(static provider => new LogSummary(
            provider.GetServices<LoggingSampler>().OfType<LogLimit>().Single(), provider.GetRequiredService<ILoggerFactory>(), provider.GetRequiredService<TimeProvider>()));
    }

    // The configuration's own levels are rules too, and precede these where they name the same category.
    private static void AddFilters(ILoggingBuilder logging, Func<bool> isStarted, Func<bool> isStopping)
    {
        logging.SetMinimumLevel(LogLevel.Warning);
        Array.ForEach(StartCategories, category => logging.AddFilter(category, level => level >= LogLevel.Error && isStarted()));
        Array.ForEach(ReloadCategories, category => logging.AddFilter(category, LogLevel.Information));
        Array.ForEach(HostCategories, category => logging.AddFilter(category, level => level >= LogLevel.Warning && isStarted()));
        Array.ForEach(LeavingCategories, category => logging.AddFilter(category, level => level >= LogLevel.Warning && !isStopping()));
    }

    private static string Formatter(ConfigurationManager configuration) =>
        configuration["Logging:Console:FormatterName"] is { Length: > 0 } named ? named : ConsoleFormatterNames.Simple;

    private static void SetTime(ConsoleFormatterOptions form, string format)
    {
        form.TimestampFormat = format;
        form.UseUtcTimestamp = true;
    }
}
