namespace LLMBlender.Records;

/// <summary>Standard streams and progress of a long run, as the program that hosts it shows them.</summary>
public interface IRunConsole
{
    /// <summary>Standard input.</summary>
    Stream Input { get; }

    /// <summary>Standard output.</summary>
    Stream Output { get; }

    /// <summary>Writes a line for a person to standard error.</summary>
    void Note(string message);

    /// <summary>Runs with progress shown.</summary>
    /// <param name="length">The largest position that the run reports; null where it is unknown.</param>
    /// <param name="run">The run.</param>
    Task WatchAsync(long? length, Func<IProgressDisplay, Task> run);
}
