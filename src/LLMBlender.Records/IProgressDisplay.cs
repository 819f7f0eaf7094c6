namespace LLMBlender.Records;

/// <summary>Is told how far a run is, and where a person watches shows it.</summary>
public interface IProgressDisplay
{
    /// <summary>Comparisons were made.</summary>
    void Compared(int comparisons);

    /// <summary>Records were answered.</summary>
    /// <param name="records">How many.</param>
    /// <param name="position">Bytes of the input up to the last of them.</param>
    void Settled(int records, long position);

    /// <summary>A record failed.</summary>
    void Complain(string message);
}
