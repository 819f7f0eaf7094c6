using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Records;

/// <summary>
/// Reads JSON Lines record by record: blank lines are skipped, unknown fields ignored, and an invalid line is an entry with an
/// error, so that reading continues.
/// </summary>
/// <param name="input">The input.</param>
/// <param name="read">Reads a record from its fields; throws <see cref="RecordException"/> if it is invalid.</param>
public sealed class RecordReader<T>(RecordInput input, Func<RecordFields, T> read)
{
    private readonly Dictionary<RecordId, long> lines = [];

    /// <summary>Streams the entries in the file's order.</summary>
    /// <exception cref="UsageException">The file can't be read.</exception>
    public IEnumerable<Entry<T>> Read()
    {
        var reader = new LineReader(input.Stream);
        var isFirst = true;
        while (Next(reader))
        {
            if (reader.IsTooLong || reader.Line.Span.ContainsAnyExcept(" \t\r"u8))
            {
                if (isFirst)
                {
                    RecordFormat.Check(input.Name, reader.Line.Span);
                    isFirst = false;
                }

                yield return Parse(reader);
            }
        }
    }

    private bool Next(LineReader reader)
    {
        try
        {
            return reader.Read();
        }
        catch (Exception e) when (e is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw new UsageException($"{input.Name}:{reader.Number + 1}: can't be read: {e.Message}", e);
        }
    }

    private Entry<T> Parse(LineReader reader)
    {
        var place = new RecordPlace(input.Name, reader.Number, reader.Position, null);
        try
        {
            if (reader.IsTooLong)
            {
                throw new RecordException($"is longer than {LineReader.MaxBytes >> 20} MiB, and a line must not be");
            }

            var isUtf8 = Utf8.IsValid(reader.Line.Span);
            using var document = JsonDocument.Parse(isUtf8 ? reader.Line : Repaired(reader.Line));
            var record = RecordFields.Of(document.RootElement);
            var id = record.Id();
            place = place with { Id = isUtf8 || !id.Text.Contains('\uFFFD', StringComparison.Ordinal) ? id : null };
            return isUtf8
                ? new Entry<T>(place, Parse(record, id, place.Line), null)
                : throw new RecordException($"byte {FirstInvalid(reader.Line.Span) + 1} of the line is not UTF-8, and records must be UTF-8");
        }
        catch (RecordException e)
        {
            return new Entry<T>(place, default, e.Message);
        }
        catch (JsonException e)
        {
            return new Entry<T>(place, default, $"is not valid JSON: {Reason(e)}");
        }
    }

    private T Parse(RecordFields record, RecordId id, long line)
    {
        if (!lines.TryAdd(id, line))
        {
            throw new RecordException($"\"id\" is {id}, which line {lines[id]} has too, and must be unique");
        }

        return read(record);
    }

    // Used only to read the id of a record that is rejected.
    private static byte[] Repaired(ReadOnlyMemory<byte> line) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(line.Span));

    private static int FirstInvalid(ReadOnlySpan<byte> line)
    {
        var at = 0;
        while (Rune.DecodeFromUtf8(line[at..], out _, out var length) is System.Buffers.OperationStatus.Done)
        {
            at += length;
        }

        return at;
    }

    private static string Reason(JsonException e)
    {
        // The message ends with a line number, which is always 0, and the position in the line.
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var reason = end < 0 ? e.Message : e.Message[..end];
        return e.BytePositionInLine is { } position ? $"{reason} (byte {position + 1} of the line)" : reason;
    }
}
