using System.Globalization;
using System.Text;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>
/// Unicode's full canonical decomposition of one character (NFD without reordering), with the project's own table: in .NET's invariant mode
/// <see cref="string.Normalize()"/> changes nothing.
/// </summary>
internal static class Decomposition
{
    private const int FirstSyllable = 0xAC00;
    private const int LastSyllable = 0xD7A3;
    private const int Vowels = 21;
    private const int Tails = 28;

    private static readonly Dictionary<int, Rune[]> Table = Read();

    /// <summary>The characters with a decomposition, except Hangul syllables.</summary>
    public static IEnumerable<int> Characters => Table.Keys;

    /// <summary>The decomposition of a character; the character itself if it has none.</summary>
    public static Rune[] Of(Rune rune)
    {
        if (rune.Value is < FirstSyllable or > LastSyllable)
        {
            return Table.TryGetValue(rune.Value, out Rune[]? parts) ? parts : [rune];
        }

        // The Unicode Standard, section 3.12: Hangul syllables are computed.
        int syllable = rune.Value - FirstSyllable;
        var lead = new Rune(0x1100 + (syllable / (Vowels * Tails)));
        var vowel = new Rune(0x1161 + (syllable / Tails % Vowels));
        int tail = syllable % Tails;
        return tail == 0 ? [lead, vowel] : [lead, vowel, new Rune(0x11A7 + tail)];
    }

    // A line is a character and its parts, in hexadecimal.
    private static Dictionary<int, Rune[]> Read() => UnicodeTable.Lines("decompositions.txt")
        .Select(line => Array.ConvertAll(line, part => int.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture)))
        .ToDictionary(values => values[0], values => Array.ConvertAll(values[1..], value => new Rune(value)));
}
