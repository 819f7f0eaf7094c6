namespace LLMBlender.Records;

/// <summary>Displays a run's progress.</summary>
public interface IProgressDisplay
{
    /// <summary>Adds completed comparisons.</summary>
    void Compared(int comparisons);

    /// <summary>Adds completed records.</summary>
    /// <param name="records">The number of records.</param>
    /// <param name="position">The offset in the input after the last of them, in bytes.</param>
    void Settled(int records, long position);

    /// <summary>Writes the error of a failed record.</summary>
    void WriteError(string message);
}
