using System.Globalization;
using System.Text;

namespace LLMBlender.Evaluation.Reports;

/// <summary>Texts of evaluated files, such as names of models, in a report.</summary>
internal static class ReportText
{
    /// <summary>Returns a text in which characters that control a terminal or the direction of text are U+FFFD.</summary>
    public static string Plain(string text)
    {
        var plain = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            plain.Append(c is not ('\n' or '\t') && char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format ? '\uFFFD' : c);
        }

        return plain.ToString();
    }

    /// <summary>Returns a text as Markdown that renders as it is: no HTML, link, image, code or emphasis, and one line.</summary>
    public static string Markdown(string text)
    {
        var markdown = new StringBuilder(text.Length);
        var last = ' ';
        foreach (var c in Plain(text))
        {
            markdown.Append(c switch
            {
                '<' => "&lt;",
                '>' => "&gt;",
                '&' => "&amp;",
                '\n' => " ",
                '\\' or '`' or '*' or '|' or '~' => $"\\{c}",

                // The brackets of an interval stay as they are; those of a link do not.
                '(' or '[' or ':' when last == ']' => $"\\{c}",
                _ => c.ToString(),
            });
            last = c;
        }

        return markdown.ToString();
    }
}
