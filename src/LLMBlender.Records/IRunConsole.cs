namespace LLMBlender.Records;

/// <summary>Standard streams and progress display of a long run, provided by the hosting program.</summary>
public interface IRunConsole
{
    /// <summary>Standard input.</summary>
    Stream Input { get; }

    /// <summary>Standard output.</summary>
    Stream Output { get; }

    /// <summary>Writes a message for the user to standard error.</summary>
    void Note(string message);

    /// <summary>Runs an operation with its progress displayed.</summary>
    /// <param name="length">The largest position that the run reports; null if unknown.</param>
    /// <param name="run">The operation.</param>
    Task WatchAsync(long? length, Func<IProgressDisplay, Task> run);
}
