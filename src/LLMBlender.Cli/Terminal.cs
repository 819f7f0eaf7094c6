using Microsoft.Win32.SafeHandles;

namespace LLMBlender.Cli;

/// <summary>The standard streams of a run; tests supply their own.</summary>
/// <param name="In">Standard input.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Terminal(Stream In, Stream Out, Stream Error)
{
    /// <summary>Whether standard input is a terminal, so that a person can be asked.</summary>
    public bool InIsTerminal { get; init; }

    /// <summary>Whether standard output is a terminal.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether standard error is a terminal.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>The terminal's width in columns; 100 if there is none.</summary>
    public int Width { get; init; } = 100;

    /// <summary>Environment variables by name.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>The clock for delays.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The process's streams.</summary>
    public static Terminal OfProcess() => new(
        Console.OpenStandardInput(), OpenOutput(), Console.OpenStandardError())
    {
        InIsTerminal = !Console.IsInputRedirected,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Width = Console.IsOutputRedirected && Console.IsErrorRedirected ? 100 : Console.WindowWidth is > 0 and var columns ? Math.Max(40, columns) : 100,
        Variable = Environment.GetEnvironmentVariable,
    };

    // The console's stream ignores a closed pipe, and the whole input would be ranked for no reader. For a file, a separate
    // stream would not share its position with standard error.
    private static Stream OpenOutput()
    {
        if (OperatingSystem.IsWindows() || !Console.IsOutputRedirected)
        {
            return Console.OpenStandardOutput();
        }

        var output = new FileStream(new SafeFileHandle(1, ownsHandle: false), FileAccess.Write, bufferSize: 1);
        return output.CanSeek ? Console.OpenStandardOutput() : output;
    }
}
