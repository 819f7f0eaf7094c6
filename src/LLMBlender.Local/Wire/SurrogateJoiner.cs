using System.Text;

namespace LLMBlender.Local.Wire;

/// <summary>Joins the halves of surrogate pairs over the parts of a text, and replaces half a pair that stays alone by U+FFFD.</summary>
internal struct SurrogateJoiner
{
    private char held;

    /// <summary>Returns the valid text of the next part; half a pair at its end is held back.</summary>
    public string Next(string part)
    {
        if (held == 0 && !part.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return part;
        }

        var text = held == 0 ? part : held + part;
        held = text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[^1] : default;
        return Valid(held == 0 ? text : text[..^1]);
    }

    /// <summary>Returns U+FFFD if half a pair is held back, otherwise nothing.</summary>
    public string End()
    {
        var rest = held == 0 ? "" : "\uFFFD";
        held = default;
        return rest;
    }

    /// <summary>Replaces half pairs by U+FFFD.</summary>
    public static string Valid(string text)
    {
        if (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF'))
        {
            return text;
        }

        var valid = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            valid.Append(rune);
        }

        return valid.ToString();
    }
}
