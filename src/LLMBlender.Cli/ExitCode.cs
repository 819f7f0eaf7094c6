namespace LLMBlender.Cli;

/// <summary>The process's exit codes; scripts depend on these numbers.</summary>
internal static class ExitCode
{
    /// <summary>Success.</summary>
    public const int Done = 0;

    /// <summary>Some records or verifications failed; the rest succeeded.</summary>
    public const int SomeFailed = 1;

    /// <summary>Invalid arguments, or input or output that can't be opened, read or written.</summary>
    public const int Usage = 2;

    /// <summary>The model can't be used.</summary>
    public const int Model = 3;

    /// <summary>An unexpected exception.</summary>
    public const int Internal = 70;

    /// <summary>Interrupted by a signal; shells use 128 plus the signal's number.</summary>
    public const int Interrupted = 130;

    /// <summary>The reader of standard output closed it, as <c>head</c> does; shells use 128 plus SIGPIPE's number.</summary>
    public const int OutputClosed = 141;
}
