using Microsoft.Win32.SafeHandles;

namespace LLMBlender.Cli;

/// <summary>What a run reads from and writes to: the process's own streams, or a test's.</summary>
/// <param name="In">Standard input.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record Terminal(Stream In, Stream Out, Stream Error)
{
    /// <summary>Whether a person reads standard output.</summary>
    public bool OutIsTerminal { get; init; }

    /// <summary>Whether a person reads standard error.</summary>
    public bool ErrorIsTerminal { get; init; }

    /// <summary>Columns of the terminal; 100 where there is none.</summary>
    public int Width { get; init; } = 100;

    /// <summary>Environment variables by name.</summary>
    public Func<string, string?> Variable { get; init; } = static _ => null;

    /// <summary>What delays are counted by.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() => new(
        Console.OpenStandardInput(), OpenOutput(), Console.OpenStandardError())
    {
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        Width = Console.IsOutputRedirected && Console.IsErrorRedirected ? 100 : Math.Max(40, Console.WindowWidth),
        Variable = Environment.GetEnvironmentVariable,
    };

    // The console's own stream takes a reader that has gone away for granted, and would have the whole input ranked for
    // nobody. On a file, though, a stream of our own would not share its position with standard error.
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
