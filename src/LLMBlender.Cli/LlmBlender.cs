using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text;
using LLMBlender.Cli.Show;
using LLMBlender.Cli.Verbs;
using LLMBlender.Inference;
using LLMBlender.Records;

namespace LLMBlender.Cli;

/// <summary>The command line <c>llmblender</c>: runs one command and returns its exit code.</summary>
internal static class LlmBlender
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>Runs one command line. It is stateless: several runs in one process are independent.</summary>
    /// <returns>One of the <see cref="ExitCode"/> constants.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Terminal terminal, CancellationToken cancellationToken = default)
    {
        var error = new StreamWriter(terminal.Error, Utf8) { AutoFlush = true };
        try
        {
            return await InvokeAsync(args, terminal, error, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            error.WriteLine("llmblender: interrupted");
            return ExitCode.Interrupted;
        }
        catch (Exception e) when (e is UsageException or ModelException && !IsClosedPipe(e))
        {
            error.WriteLine($"llmblender: {TerminalText.Plain(e.Message)}");
            return e is ModelException ? ExitCode.Model : ExitCode.Usage;
        }
        catch (Exception e) when (IsClosedPipe(e))
        {
            return ExitCode.OutputClosed;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Verbs name their files; what is left is standard output on a full disk.
            error.WriteLine($"llmblender: can't read or write: {TerminalText.Plain(e.Message)}");
            return ExitCode.Usage;
        }
        catch (Exception e)
        {
            error.WriteLine($"llmblender: internal error: {e}");
            return ExitCode.Internal;
        }
    }

    // A write to a pipe without a reader. Unix: the errno EPIPE; Windows: ERROR_BROKEN_PIPE and ERROR_NO_DATA as HRESULTs.
    private static bool IsClosedPipe(Exception? e) =>
        e is IOException { HResult: 32 or unchecked((int)0x8007006D) or unchecked((int)0x800700E8) } || (e is not null && IsClosedPipe(e.InnerException));

    private static async Task<int> InvokeAsync(
        IReadOnlyList<string> args, Terminal terminal, StreamWriter error, CancellationToken cancellationToken)
    {
        // An instruction may begin with '@', so response files are disabled.
        var parsed = CommandTree.Create(terminal).Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Action is ParseErrorAction)
        {
            foreach (var problem in Corrections.Of(parsed))
            {
                error.WriteLine($"llmblender: {TerminalText.Plain(problem)}");
            }

            error.WriteLine($"Try '{CommandTree.PathOf(parsed.CommandResult)} --help'.");
            return ExitCode.Usage;
        }

        await using var output = new StreamWriter(terminal.Out, Utf8, leaveOpen: true);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        };
        return await parsed.InvokeAsync(configuration, cancellationToken);
    }
}
