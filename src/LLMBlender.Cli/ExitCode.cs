namespace LLMBlender.Cli;

/// <summary>What the process ends with; scripts rely on these numbers.</summary>
internal static class ExitCode
{
    /// <summary>Everything was done.</summary>
    public const int Done = 0;

    /// <summary>Some records failed, or a verification did; everything else was done.</summary>
    public const int SomeFailed = 1;

    /// <summary>Bad arguments, or input or output that can't be opened, read or written.</summary>
    public const int Usage = 2;

    /// <summary>The model can't be used.</summary>
    public const int Model = 3;

    /// <summary>Something that no code foresaw.</summary>
    public const int Internal = 70;

    /// <summary>Interrupted, as shells count it: 128 and the signal's number.</summary>
    public const int Interrupted = 130;
}
