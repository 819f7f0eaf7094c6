using System.Text;
using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>A stream for Spectre.Console with a given width, not the process's console width.</summary>
internal sealed class ConsoleOutput(TextWriter writer, bool isTerminal, int width) : IAnsiConsoleOutput
{
    /// <inheritdoc/>
    public TextWriter Writer => writer;

    /// <inheritdoc/>
    public bool IsTerminal => isTerminal;

    /// <inheritdoc/>
    public int Width => width;

    /// <inheritdoc/>
    public int Height => 24;

    /// <summary>A console on standard output or standard error.</summary>
    public static IAnsiConsole Create(Stream stream, bool isTerminal, Terminal terminal)
    {
        var isPlain = !isTerminal || terminal.Variable("TERM") is "dumb";
        var hasColour = !isPlain && string.IsNullOrEmpty(terminal.Variable("NO_COLOR"));
        var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isPlain ? AnsiSupport.No : AnsiSupport.Detect,
            ColorSystem = hasColour ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isPlain ? InteractionSupport.No : InteractionSupport.Yes,
            Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
            Out = new ConsoleOutput(writer, isTerminal, terminal.Width),
        });
        if (isTerminal)
        {
            console.Pipeline.Attach(new TerminalText());
        }

        return console;
    }

    /// <inheritdoc/>
    public void SetEncoding(Encoding encoding)
    {
        // Always UTF-8.
    }
}
