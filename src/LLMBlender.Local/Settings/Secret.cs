using System.Text;

namespace LLMBlender.Local.Settings;

/// <summary>An API key. <see cref="ToString"/> returns a placeholder.</summary>
/// <param name="Value">The key.</param>
public sealed record Secret(string Value)
{
    private const string Hidden = "[key]";
    private const int MinLength = 6;

    // A part of the key of this many letters and digits is struck out.
    private const int PartLength = 8;

    private HashSet<string>? parts;

    /// <summary>
    /// Returns a text with the key replaced by a placeholder: whole, in parts of 8 letters and digits whatever stands between them, in either case,
    /// and as base64 and hexadecimal digits. Keys of fewer than 6 characters are not replaced.
    /// </summary>
    public string Scrub(string text)
    {
        if (Value.Length < MinLength)
        {
            return text;
        }

        var whole = text.Replace(Value, Hidden, StringComparison.Ordinal).Replace(Uri.EscapeDataString(Value), Hidden, StringComparison.Ordinal);
        return StrikeParts(whole, parts ??= Parts());
    }

    /// <inheritdoc/>
    public override string ToString() => Hidden;

    /// <summary>Whether both are the same key.</summary>
    public bool Equals(Secret? other) => other?.Value == Value;

    /// <inheritdoc/>
    public override int GetHashCode() => Value.GetHashCode(StringComparison.Ordinal);

    private static string StrikeParts(string text, HashSet<string> parts)
    {
        var (letters, places) = Letters(text);
        var known = parts.GetAlternateLookup<ReadOnlySpan<char>>();
        StringBuilder? result = null;
        var done = 0;
        for (var i = 0; i + PartLength <= letters.Length; i++)
        {
            if (!known.Contains(letters.AsSpan(i, PartLength)))
            {
                continue;
            }

            var end = i + PartLength;
            while (end < letters.Length && known.Contains(letters.AsSpan(end - PartLength + 1, PartLength)))
            {
                end++;
            }

            (result ??= new StringBuilder()).Append(text, done, places[i] - done).Append(Hidden);
            done = places[end - 1] + 1;
            i = end - 1;
        }

        return result is null ? text : result.Append(text, done, text.Length - done).ToString();
    }

    private HashSet<string> Parts()
    {
        var all = new HashSet<string>(StringComparer.Ordinal);
        var bytes = Encoding.UTF8.GetBytes(Value);
        Add(Value);
        Add(Convert.ToHexString(bytes));

        // Base64 of the key alone, and behind one or two other bytes, whose digits are left out.
        for (var offset = 0; offset < 3; offset++)
        {
            var digits = Convert.ToBase64String([.. new byte[offset], .. bytes]);
            Add(offset == 0 ? digits : digits[4..]);
        }

        return all;

        void Add(string form)
        {
            var letters = Letters(form).Letters;
            for (var i = 0; i + PartLength <= letters.Length; i++)
            {
                all.Add(letters.Substring(i, PartLength));
            }
        }
    }

    // The letters and digits of a text in lower case, and their places in it.
    private static (string Letters, List<int> Places) Letters(string text)
    {
        var letters = new StringBuilder(text.Length);
        var places = new List<int>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiLetterOrDigit(text[i]))
            {
                letters.Append(char.ToLowerInvariant(text[i]));
                places.Add(i);
            }
        }

        return (letters.ToString(), places);
    }
}
