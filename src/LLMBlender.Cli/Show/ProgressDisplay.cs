using System.Text;
using LLMBlender.Records;
using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>Chooses what is shown while a run lasts: nothing but errors, or a bar where a person watches standard error.</summary>
internal static class ProgressDisplay
{
    /// <summary>Runs with progress shown.</summary>
    /// <param name="terminal">Whose standard error is used.</param>
    /// <param name="length">Bytes of the input; null where nobody knows, and then there is no bar.</param>
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

        public void Complain(string message) => error.WriteLine($"llmblender: {message}");
    }
}
