using Spectre.Console;

namespace LLMBlender.Cli.Show;

/// <summary>Text displayed while it is streamed, wrapped at spaces within its margins.</summary>
internal sealed class StreamedText(IAnsiConsole console, int margin, Style style)
{
    private readonly int width = Math.Max(8, console.Profile.Width - 2 * margin);
    private readonly System.Text.StringBuilder word = new();
    private int column;

    /// <summary>Appends text; the last word is held back until it is complete.</summary>
    public void Write(string piece)
    {
        foreach (var character in piece)
        {
            if (!char.IsWhiteSpace(character))
            {
                word.Append(character);
                continue;
            }

            ShowWord();
            if (character == '\n')
            {
                Break();
            }
        }
    }

    /// <summary>Writes the word held back and ends the line.</summary>
    public void End()
    {
        ShowWord();
        if (column > 0)
        {
            Break();
        }
    }

    private void ShowWord()
    {
        for (var rest = word.ToString(); rest.Length > 0;)
        {
            var gap = column == 0 ? 0 : 1;
            if (column > 0 && column + gap + rest.Length > width)
            {
                Break();
                gap = 0;
            }

            var part = rest[..Math.Min(rest.Length, width)];
            console.Write(new Text((column == 0 ? new string(' ', margin) : new string(' ', gap)) + part, style));
            column += gap + part.Length;
            rest = rest[part.Length..];
        }

        word.Clear();
    }

    private void Break()
    {
        console.Write(new Text("\n"));
        column = 0;
    }
}
