using System.Diagnostics;

namespace LLMBlender.TestKit;

/// <summary>How a program ended.</summary>
public sealed record Outcome(int Code, string Output, string Error)
{
    /// <summary>Runs a program to its end.</summary>
    /// <exception cref="TimeoutException">It has none; it is killed.</exception>
    public static async Task<Outcome> OfAsync(ProcessStartInfo start, TimeSpan patience)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(patience);
        }
        catch (TimeoutException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new Outcome(process.ExitCode, await output, await error);
    }
}
