using System.Text;

namespace LLMBlender.Cli.Setup;

/// <summary>Asks a person on the terminal; an empty answer, or no terminal, is the default.</summary>
internal sealed class Questions(Terminal terminal, bool asks) : IDisposable
{
    private readonly StreamReader reader = new(terminal.In, Encoding.UTF8, leaveOpen: true);

    /// <summary>Asks a question.</summary>
    /// <param name="question">The question.</param>
    /// <param name="usual">The default.</param>
    public string Ask(string question, string usual)
    {
        if (!asks)
        {
            return usual;
        }

        Write($"{question} [{usual}]: ");
        return reader.ReadLine()?.Trim() is { Length: > 0 } answer ? answer : usual;
    }

    /// <summary>Writes a line to standard error, where the questions are, so that standard output can be a file.</summary>
    public void Say(string line) => Write($"{line}\n");

    /// <inheritdoc/>
    public void Dispose() => reader.Dispose();

    private void Write(string text) => terminal.Error.Write(Encoding.UTF8.GetBytes(Show.TerminalText.Plain(text)));
}
