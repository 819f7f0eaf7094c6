using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>
/// Unicode's canonical composition (NFC; Unicode Standard Annex 15), with the project's own tables: in .NET's invariant mode
/// <see cref="string.Normalize()"/> changes nothing. Linear in the text's length except for runs of combining marks, which are sorted.
/// </summary>
internal static class Composition
{
    private const int FirstLead = 0x1100;
    private const int FirstVowel = 0x1161;
    private const int FirstTail = 0x11A7;
    private const int FirstSyllable = 0xAC00;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Tails = 28;

    // The first combining mark: characters below are already composed.
    private const int FirstThatMayChange = 0x300;

    private static readonly Dictionary<(int First, int Second), int> Composites = ReadComposites();
    private static readonly Dictionary<int, byte> Classes = ReadClasses();

    // Characters that can combine with the previous one, need ordering, or are never composed.
    private static readonly HashSet<int> Changing =
    [
        .. Classes.Keys,
        .. Composites.Keys.Select(pair => pair.Second),
        .. Enumerable.Range(FirstVowel, Vowels),
        .. Enumerable.Range(FirstTail, Tails),
        .. Decomposition.Characters.Except(Composites.Values),
    ];

    /// <summary>Appends the canonical composition of a text.</summary>
    public static void Write(ReadOnlySpan<byte> text, ByteBuffer target)
    {
        if (IsComposed(text))
        {
            target.Append(text);
            return;
        }

        List<int> characters = Decompose(text);
        Compose(characters);
        Span<byte> bytes = stackalloc byte[4];
        foreach (int character in characters)
        {
            target.Append(bytes[..new Rune(character).EncodeToUtf8(bytes)]);
        }
    }

    // Most texts are already composed, which is detected from their characters alone.
    private static bool IsComposed(ReadOnlySpan<byte> text)
    {
        // The first byte of every character from U+0300 on.
        int at = text.IndexOfAnyInRange((byte)0xCC, (byte)0xFF);
        while (at >= 0 && at < text.Length)
        {
            Rune.DecodeFromUtf8(text[at..], out Rune rune, out int width);
            if (Changing.Contains(rune.Value))
            {
                return false;
            }

            at += width;
        }

        return true;
    }

    private static byte ClassOf(int character) =>
        character < FirstThatMayChange ? (byte)0 : Classes.GetValueOrDefault(character);

    // Decomposes fully and orders each run of combining marks by class.
    private static List<int> Decompose(ReadOnlySpan<byte> text)
    {
        List<int> characters = new(text.Length);
        int marks = 0;
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf8(text, out Rune rune, out int width);
            text = text[width..];
            foreach (Rune part in Decomposition.Of(rune))
            {
                if (ClassOf(part.Value) == 0)
                {
                    Order(CollectionsMarshal.AsSpan(characters)[marks..]);
                    marks = characters.Count + 1;
                }

                characters.Add(part.Value);
            }
        }

        Order(CollectionsMarshal.AsSpan(characters)[Math.Min(marks, characters.Count)..]);
        return characters;
    }

    // Stable sort by class.
    private static void Order(Span<int> marks)
    {
        if (marks.Length < 2)
        {
            return;
        }

        var keys = new long[marks.Length];
        for (int i = 0; i < marks.Length; i++)
        {
            keys[i] = ((long)ClassOf(marks[i]) << 32) | (uint)i;
        }

        Array.Sort(keys);
        int[] ordered = [.. marks];
        for (int i = 0; i < marks.Length; i++)
        {
            marks[i] = ordered[(int)keys[i]];
        }
    }

    // A mark combines with the last starter unless a mark of the same or a higher class is in between.
    private static void Compose(List<int> characters)
    {
        int starter = -1;
        int lastClass = 0;
        int kept = 0;
        for (int i = 0; i < characters.Count; i++)
        {
            int character = characters[i];
            byte itsClass = ClassOf(character);
            bool touches = starter == kept - 1;
            if (starter >= 0 && (touches || lastClass < itsClass) && Compose(characters[starter], character) is { } composite)
            {
                characters[starter] = composite;
                continue;
            }

            if (itsClass == 0)
            {
                starter = kept;
            }

            lastClass = itsClass;
            characters[kept++] = character;
        }

        characters.RemoveRange(kept, characters.Count - kept);
    }

    private static int? Compose(int first, int second)
    {
        if (first is >= FirstLead and < FirstLead + Leads && second is >= FirstVowel and < FirstVowel + Vowels)
        {
            return FirstSyllable + ((((first - FirstLead) * Vowels) + second - FirstVowel) * Tails);
        }

        if (first is >= FirstSyllable and < FirstSyllable + (Leads * Vowels * Tails)
            && (first - FirstSyllable) % Tails == 0 && second is > FirstTail and < FirstTail + Tails)
        {
            return first + second - FirstTail;
        }

        return Composites.TryGetValue((first, second), out int composite) ? composite : null;
    }

    private static Dictionary<(int First, int Second), int> ReadComposites() =>
        UnicodeTable.Lines("compositions.txt").ToDictionary(line => (Hexadecimal(line[0]), Hexadecimal(line[1])), line => Hexadecimal(line[2]));

    private static Dictionary<int, byte> ReadClasses()
    {
        var classes = new Dictionary<int, byte>();
        foreach (string[] line in UnicodeTable.Lines("combining-classes.txt"))
        {
            for (int character = Hexadecimal(line[0]); character <= Hexadecimal(line[1]); character++)
            {
                classes.Add(character, byte.Parse(line[2], CultureInfo.InvariantCulture));
            }
        }

        return classes;
    }

    private static int Hexadecimal(string text) => int.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
