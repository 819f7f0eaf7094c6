using System.Buffers.Binary;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>
/// SentencePiece's precompiled character map: a Darts double array over UTF-8 keys, whose values are offsets into a blob of NUL-terminated
/// replacements.
/// </summary>
/// <remarks>Layout: u32 little-endian size of the double array in bytes, its u32 units, the blob.</remarks>
internal sealed class CharsMap
{
    private readonly uint[] units;
    private readonly byte[] replacements;

    private CharsMap(uint[] units, byte[] replacements)
    {
        this.units = units;
        this.replacements = replacements;
    }

    /// <param name="blob">The map's bytes.</param>
    /// <param name="file">The source file, for error messages.</param>
    /// <exception cref="ModelException">The sizes are inconsistent.</exception>
    public static CharsMap Parse(ReadOnlySpan<byte> blob, string file)
    {
        if (blob.Length < 4)
        {
            throw new ModelException(file, $"precompiled_charsmap of {blob.Length} bytes: at least 4 are needed");
        }

        uint size = BinaryPrimitives.ReadUInt32LittleEndian(blob);
        if (size % 4 != 0 || size == 0 || size > blob.Length - 4)
        {
            throw new ModelException(
                file,
                $"precompiled_charsmap declares a trie of {size} bytes: "
                + $"it must be a multiple of 4 within the {blob.Length - 4} bytes that follow");
        }

        var units = new uint[size / 4];
        for (int i = 0; i < units.Length; i++)
        {
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(blob[(4 + (4 * i))..]);
        }

        return new CharsMap(units, blob[(4 + (int)size)..].ToArray());
    }

    /// <summary>The length of the longest replacement in bytes.</summary>
    public int LongestReplacement
    {
        get
        {
            var (longest, start) = (0, 0);
            for (int end; start < replacements.Length; start = end + 1)
            {
                int length = replacements.AsSpan(start).IndexOf((byte)0);
                end = length < 0 ? replacements.Length : start + length;
                longest = Math.Max(longest, end - start);
            }

            return longest;
        }
    }

    /// <summary>
    /// The replacement of <paramref name="text"/>; false if the map has no key that is a prefix of it. The shortest such key determines the
    /// replacement of the whole text, as in the reference.
    /// </summary>
    public bool TryMap(ReadOnlySpan<byte> text, out ReadOnlySpan<byte> replacement)
    {
        uint[] units = this.units;
        uint at = Offset(units[0]);
        foreach (byte b in text)
        {
            at ^= b;
            if (b == 0 || at >= (uint)units.Length || (units[at] & 0x800000FF) != b)
            {
                break;
            }

            uint unit = units[at];
            at ^= Offset(unit);
            if ((unit & 0x100) != 0)
            {
                replacement = at < (uint)units.Length ? Replacement(units[at] & 0x7FFFFFFF) : default;
                return true;
            }
        }

        replacement = default;
        return false;
    }

    private ReadOnlySpan<byte> Replacement(uint start)
    {
        ReadOnlySpan<byte> rest = start < (uint)replacements.Length ? replacements.AsSpan((int)start) : default;
        int end = rest.IndexOf((byte)0);
        return end < 0 ? rest : rest[..end];
    }

    private static uint Offset(uint unit) => (unit >> 10) << (int)((unit & 0x200) >> 6);
}
