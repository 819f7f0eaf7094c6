using System.Buffers;
using System.Globalization;
using System.Text;
using LLMBlender.Inference.Tokenization.Bytes;
using LLMBlender.Inference.Tokenization.Subwords;

namespace LLMBlender.Inference.Tokenization.Normalization;

/// <summary>Applies a <see cref="CharsMap"/> as Hugging Face's <c>Precompiled</c> does.</summary>
/// <remarks>
/// The text is processed by grapheme cluster (UAX #29). A cluster of less than six bytes is mapped as a whole if the map has a key that is
/// a prefix of it; otherwise each of its characters is mapped separately.
/// </remarks>
internal sealed class CharsMapNormalizer : Normalizer
{
    // In bytes.
    private const int LongestMapped = 5;

    private readonly CharsMap map;

    // All characters except the ASCII characters that the map leaves unchanged.
    private readonly SearchValues<byte> special;

    public CharsMapNormalizer(CharsMap map)
    {
        this.map = map;
        special = SearchValues.Create([.. Enumerable.Range(0, 256).Select(b => (byte)b).Where(IsSpecial)]);
    }

    // Unicode's longest compatibility mapping has 33 bytes, of a character of three.
    public override double Growth => map.LongestReplacement / 3.0;

    public override void Apply(ReadOnlySpan<byte> source, ByteBuffer target, Workspace workspace)
    {
        while (!source.IsEmpty)
        {
            int plain = PlainLength(source);
            target.Append(source[..plain]);
            source = source[plain..];
            if (source.IsEmpty)
            {
                break;
            }

            int region = RegionLength(source);
            MapClusters(source[..region], target, workspace);
            source = source[region..];
        }
    }

    public override int Head(ReadOnlySpan<byte> source, int head)
    {
        Span<char> chars = stackalloc char[LongestMapped * 8];
        while (!source.IsEmpty)
        {
            // Longer clusters are processed by character, regardless of their end.
            int count = Encoding.UTF8.GetChars(source[..Math.Min(source.Length, chars.Length)], chars);
            ReadOnlySpan<char> cluster = chars[..StringInfo.GetNextTextElementLength(chars[..count])];
            int length = Encoding.UTF8.GetByteCount(cluster);
            int width = Unigram.Width(source[0]);
            if (length > LongestMapped || !map.TryMap(source[..length], out ReadOnlySpan<byte> mapped))
            {
                length = width;
                mapped = map.TryMap(source[..width], out ReadOnlySpan<byte> one) ? one : source[..width];
            }

            if (!mapped.IsEmpty)
            {
                return length == width ? mapped.Length : Unigram.Width(mapped[0]);
            }

            source = source[length..];
        }

        return 0;
    }

    private bool IsSpecial(byte b) => b >= 0x80 || b == '\r' || map.TryMap([b], out _);

    // A combining mark can follow the last ASCII character before other text, so this character is processed with the following text.
    private int PlainLength(ReadOnlySpan<byte> source)
    {
        int stop = source.IndexOfAny(special);
        return stop < 0 ? source.Length : stop > 0 && source[stop] >= 0x80 ? stop - 1 : stop;
    }

    // There is a cluster boundary between two ASCII characters, except in CR LF.
    private static int RegionLength(ReadOnlySpan<byte> source)
    {
        int end = 1;
        while (end < source.Length
            && (source[end - 1] >= 0x80 || source[end] >= 0x80 || (source[end - 1] == '\r' && source[end] == '\n')))
        {
            end++;
        }

        return end;
    }

    private void MapClusters(ReadOnlySpan<byte> region, ByteBuffer target, Workspace workspace)
    {
        Span<char> chars = workspace.Chars(region.Length);
        ReadOnlySpan<char> rest = chars[..Encoding.UTF8.GetChars(region, chars)];
        while (!rest.IsEmpty)
        {
            ReadOnlySpan<char> cluster = rest[..StringInfo.GetNextTextElementLength(rest)];
            int length = Encoding.UTF8.GetByteCount(cluster);
            MapCluster(region[..length], target);
            region = region[length..];
            rest = rest[cluster.Length..];
        }
    }

    private void MapCluster(ReadOnlySpan<byte> cluster, ByteBuffer target)
    {
        if (cluster.Length <= LongestMapped && map.TryMap(cluster, out ReadOnlySpan<byte> whole))
        {
            target.Append(whole);
            return;
        }

        while (!cluster.IsEmpty)
        {
            int width = Unigram.Width(cluster[0]);
            target.Append(map.TryMap(cluster[..width], out ReadOnlySpan<byte> one) ? one : cluster[..width]);
            cluster = cluster[width..];
        }
    }
}
