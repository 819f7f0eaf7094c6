using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace LLMBlender.Cli.Show;

/// <summary>
/// Texts of models, files and servers on a terminal: characters that would control it, or reverse the direction of text, are U+FFFD. As a hook of a
/// console it applies to all that the console renders; colours and positions are not part of the texts.
/// </summary>
internal sealed class TerminalText : IRenderHook
{
    /// <inheritdoc/>
    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) => renderables.Select(static inner => new Filtered(inner));

    /// <summary>Returns a text without control characters, except line feeds and tabs.</summary>
    public static string Plain(string text)
    {
        var first = text.AsSpan().IndexOfAnyExceptInRange(' ', '~') < 0 ? -1 : 0;
        if (first < 0)
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            plain.Append(IsUnsafe(c) ? '\uFFFD' : c);
        }

        return plain.ToString();
    }

    // C0 without line feed and tab, DEL, C1, and marks of direction.
    private static bool IsUnsafe(char c) =>
        c is not ('\n' or '\r' or '\t') && (char.IsControl(c) || c is '\u061C' or '\u200E' or '\u200F' or (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));

    private sealed class Filtered(IRenderable inner) : Renderable
    {
        protected override Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        protected override IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth)
            .Select(static segment => segment.IsControlCode || Plain(segment.Text) is var plain && plain == segment.Text ? segment : new Segment(Plain(segment.Text), segment.Style));
    }
}
