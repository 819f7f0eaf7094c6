using LLMBlender.Cli.Show;
using Spectre.Console;

namespace LLMBlender.Cli.Hub;

/// <summary>Displays download progress if standard error is a terminal; otherwise displays nothing.</summary>
internal sealed class PullProgress
{
    private readonly ProgressContext? context;

    private PullProgress(ProgressContext? context) => this.context = context;

    /// <summary>Runs an operation with its progress displayed.</summary>
    public static Task RunAsync(Terminal terminal, Func<PullProgress, Task> run) => terminal.ErrorIsTerminal
        ? ConsoleOutput.Create(terminal.Error, isTerminal: true, terminal).Progress().AutoClear(true)
            .Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left },
                new ProgressBarColumn(),
                new DownloadedColumn(),
                new TransferSpeedColumn(),
                new RemainingTimeColumn())
            .StartAsync(context => run(new PullProgress(context)))
        : run(new PullProgress(null));

    /// <summary>Adds a file to the display.</summary>
    /// <returns>A callback that receives the number of bytes downloaded.</returns>
    public Action<long> Begin(HubFile file)
    {
        if (context is null)
        {
            return static _ => { };
        }

        var task = context.AddTask(Markup.Escape(file.Name), maxValue: Math.Max(1, file.Size ?? 1));
        var gate = new Lock();
        return count =>
        {
            lock (gate)
            {
                task.Value += count;
            }
        };
    }
}
