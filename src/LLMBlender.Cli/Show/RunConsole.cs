using System.Text;
using LLMBlender.Records;

namespace LLMBlender.Cli.Show;

/// <summary>Streams and progress of a run on a terminal.</summary>
/// <param name="terminal">Standard streams.</param>
internal sealed class RunConsole(Terminal terminal) : IRunConsole
{
    /// <inheritdoc/>
    public Stream Input => terminal.In;

    /// <inheritdoc/>
    public Stream Output => terminal.Out;

    /// <inheritdoc/>
    public void Note(string message) => terminal.Error.Write(Encoding.UTF8.GetBytes($"llmblender: {message}\n"));

    /// <inheritdoc/>
    public Task WatchAsync(long? length, Func<IProgressDisplay, Task> run) => ProgressDisplay.RunAsync(terminal, length, run);
}
