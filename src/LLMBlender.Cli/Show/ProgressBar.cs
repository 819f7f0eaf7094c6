using System.Diagnostics;
using LLMBlender.Records;
using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>A progress bar with the number of records answered and the comparisons per second.</summary>
internal sealed class ProgressBar(IAnsiConsole console, ProgressTask task, bool knowsLength) : IProgressDisplay
{
    private readonly long began = Stopwatch.GetTimestamp();
    private long records;
    private long comparisons;

    /// <inheritdoc/>
    public void Compared(int comparisons)
    {
        this.comparisons += comparisons;
        Describe();
    }

    /// <inheritdoc/>
    public void Settled(int records, long position)
    {
        this.records += records;
        if (knowsLength)
        {
            task.Value = position;
        }

        Describe();
    }

    /// <inheritdoc/>
    public void WriteError(string message) => console.WriteLine($"llmblender: {message}");

    private void Describe()
    {
        var rate = comparisons / Math.Max(1e-3, Stopwatch.GetElapsedTime(began).TotalSeconds);
        task.Description = comparisons == 0
            ? $"{records:N0} records"
            : $"{records:N0} records · {rate:N0} comparisons a second";
    }
}
