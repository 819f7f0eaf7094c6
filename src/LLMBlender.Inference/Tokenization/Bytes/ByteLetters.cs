using System.Text;

namespace LLMBlender.Inference.Tokenization.Bytes;

/// <summary>
/// GPT-2's mapping of bytes to characters: printable Latin-1 bytes map to themselves, the other 68 to characters from U+0100, so that a
/// space is Ġ.
/// </summary>
internal static class ByteLetters
{
    private static readonly char[] Letters = MakeLetters();
    private static readonly Dictionary<char, byte> Bytes = Letters.Select((letter, b) => (letter, b)).ToDictionary(p => p.letter, p => (byte)p.b);
    private static readonly byte[][] Utf8 = [.. Letters.Select(letter => Encoding.UTF8.GetBytes([letter]))];

    /// <summary>Appends the character of a byte.</summary>
    public static void Write(byte value, ByteBuffer target) => target.Append(Utf8[value]);

    /// <summary>The byte of a character; null for other characters.</summary>
    public static byte? Read(char letter) => Bytes.TryGetValue(letter, out byte value) ? value : null;

    private static char[] MakeLetters()
    {
        int next = 0x100;
        return [.. Enumerable.Range(0, 256).Select(b => b is (>= 33 and <= 126) or (>= 161 and <= 172) or (>= 174 and <= 255) ? (char)b : (char)next++)];
    }
}
