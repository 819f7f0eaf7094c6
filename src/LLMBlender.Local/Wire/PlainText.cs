using System.Globalization;
using System.Text;

namespace LLMBlender.Local.Wire;

/// <summary>Text of model servers for logs and errors.</summary>
internal static class PlainText
{
    /// <summary>
    /// Returns a text as one line of limited length: white space is a space, and a character that controls a terminal or the direction of text is
    /// U+FFFD.
    /// </summary>
    public static string OneLine(string text, int maxLength)
    {
        var line = new StringBuilder(Math.Min(text.Length, maxLength));
        var isSpace = true;
        foreach (var rune in text.EnumerateRunes())
        {
            if (line.Length + rune.Utf16SequenceLength > maxLength)
            {
                return line.Append('…').ToString();
            }

            if (!Rune.IsWhiteSpace(rune))
            {
                line.Append(Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format ? Rune.ReplacementChar : rune);
                isSpace = false;
            }
            else if (!isSpace)
            {
                line.Append(' ');
                isSpace = true;
            }
        }

        return line.ToString().TrimEnd();
    }
}
