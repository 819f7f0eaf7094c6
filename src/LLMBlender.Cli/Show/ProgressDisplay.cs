using System.Text;
using LLMBlender.Records;
using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>Displays a run's progress: a bar if standard error is a terminal, otherwise only errors.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs an operation with its progress displayed.</summary>
    /// <param name="terminal">The terminal with the standard error to use.</param>
    /// <param name="length">The input's size in bytes; null if unknown, in which case no bar is displayed.</param>
    /// <param name="run">The run.</param>
    public static async Task RunAsync(Terminal terminal, long? length, Func<IProgressDisplay, Task> run)
    {
        if (terminal.ErrorIsTerminal)
        {
            await WatchAsync(terminal, length, run);
            return;
        }

        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        await using var error = new StreamWriter(terminal.Error, utf8, leaveOpen: true) { AutoFlush = true };
        await run(new ErrorsOnly(error));
    }

    private static Task WatchAsync(Terminal terminal, long? length, Func<IProgressDisplay, Task> run)
    {
        var console = ConsoleOutput.Create(terminal.Error, isTerminal: true, terminal);
        var columns = new List<ProgressColumn> { new TaskDescriptionColumn { Alignment = Justify.Left } };
        if (length is not null)
        {
            columns.AddRange([new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn()]);
        }

        return console.Progress().AutoClear(true).Columns([.. columns]).StartAsync(context =>
            run(new ProgressBar(console, context.AddTask("starting", maxValue: Math.Max(1, length ?? 1)), length is not null)));
    }

    private sealed class ErrorsOnly(TextWriter error) : IProgressDisplay
    {
        public void Compared(int comparisons)
        {
        }

        public void Settled(int records, long position)
        {
        }

        public void WriteError(string message) => error.WriteLine($"llmblender: {TerminalText.Plain(message)}");
    }
}
