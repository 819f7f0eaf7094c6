using System.Text;

namespace LLMBlender.Records;

/// <summary>
/// Reads a stream's lines as bytes, with one line in memory at a time. A byte order mark at the start is skipped; the last line
/// needs no line feed.
/// </summary>
/// <param name="stream">The stream; it is left open.</param>
/// <param name="maxBytes">The maximum size of a line in bytes; longer lines are skipped and reported by <see cref="IsTooLong"/>.</param>
public sealed class LineReader(Stream stream, int maxBytes = LineReader.MaxBytes)
{
    /// <summary>The default maximum size: a hundred candidates of a megabyte each, plus a margin.</summary>
    public const int MaxBytes = 256 << 20;

    private byte[] buffer = new byte[64 << 10];
    private int start;
    private int end;
    private bool ended;

    /// <summary>The line's bytes without its line feed; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlyMemory<byte> Line { get; private set; }

    /// <summary>The line's number, from 1.</summary>
    public long Number { get; private set; }

    /// <summary>The offset after the line's end in the stream, in bytes.</summary>
    public long Position { get; private set; }

    /// <summary>Whether the line was longer than allowed; <see cref="Line"/> is then empty.</summary>
    public bool IsTooLong { get; private set; }

    /// <summary>Reads the next line.</summary>
    /// <returns>Whether there is one.</returns>
    public bool Read()
    {
        (Line, IsTooLong) = (default, false);
        for (var searched = 0; ;)
        {
            var feed = buffer.AsSpan(start + searched, end - start - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                Take(searched + feed, separator: 1);
                return true;
            }

            searched = end - start;
            if (searched > maxBytes)
            {
                Position += searched;
                (start, end, searched, IsTooLong) = (0, 0, 0, true);
            }

            if (!Fill())
            {
                return TakeLast(searched);
            }
        }
    }

    private bool TakeLast(int length)
    {
        if (length == 0 && !IsTooLong)
        {
            return false;
        }

        Take(length, separator: 0);
        return true;
    }

    private void Take(int length, int separator)
    {
        var line = buffer.AsMemory(start, length);
        if (Number == 0 && line.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            line = line[Encoding.UTF8.Preamble.Length..];
        }

        Line = IsTooLong ? default : line;
        Number++;
        Position += length + separator;
        start += length + separator;
    }

    private bool Fill()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
        }

        if (end == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }

        var read = ended ? 0 : stream.Read(buffer, end, buffer.Length - end);
        ended = read == 0;
        end += read;
        return read > 0;
    }
}
