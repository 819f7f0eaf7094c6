using System.Text;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>
/// Ends a text before the first stop text; fusers do not apply stop texts. A suffix that may be the beginning of a stop text is
/// held back until the next part. Used by one answer.
/// </summary>
internal sealed class StopCut(string[]? stops)
{
    private readonly StringBuilder held = new();

    /// <summary>Whether a stop text was found.</summary>
    public bool IsOver { get; private set; }

    /// <summary>Returns the text that can be written after the next part.</summary>
    public string Next(string piece)
    {
        if (stops is null || IsOver)
        {
            return IsOver ? "" : piece;
        }

        var text = held.Append(piece).ToString();
        held.Clear();
        var end = FirstStop(text);
        if (end >= 0)
        {
            IsOver = true;
            return text[..end];
        }

        var keep = BeginningOfStop(text);
        held.Append(text, text.Length - keep, keep);
        return text[..^keep];
    }

    /// <summary>Returns the text held back at the end.</summary>
    public string Rest()
    {
        var rest = IsOver ? "" : held.ToString();
        held.Clear();
        return rest;
    }

    /// <summary>Cuts a complete text.</summary>
    public static string Cut(string text, string[]? stops)
    {
        var cut = new StopCut(stops);
        return cut.Next(text) + cut.Rest();
    }

    private int FirstStop(string text)
    {
        var first = -1;
        foreach (var stop in stops!)
        {
            var at = text.IndexOf(stop, StringComparison.Ordinal);
            first = at >= 0 && (first < 0 || at < first) ? at : first;
        }

        return first;
    }

    private int BeginningOfStop(string text)
    {
        var longest = 0;
        foreach (var stop in stops!)
        {
            for (var length = Math.Min(stop.Length - 1, text.Length); length > longest; length--)
            {
                if (text.AsSpan(text.Length - length).SequenceEqual(stop.AsSpan(0, length)))
                {
                    longest = length;
                }
            }
        }

        return longest;
    }
}
