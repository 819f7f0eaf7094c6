using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLMBlender.Records;

/// <summary>
/// A journal of a long run, from which a stopped run resumes: the first line identifies the work, and each further line is a
/// completed step, flushed immediately. A truncated last line is ignored. Appending is thread-safe.
/// </summary>
public sealed class WorkFile : IDisposable
{
    private readonly string path;
    private readonly FileStream stream;
    private readonly Lock gate = new();

    private WorkFile(string path, FileStream stream) => (this.path, this.stream) = (path, stream);

    /// <summary>Checks that a journal is no other file of the run.</summary>
    /// <exception cref="UsageException">It is.</exception>
    public static void Check(string path, IEnumerable<RunFile> others) => OutputFile.Require("--work", path, others);

    /// <summary>Opens an existing journal or creates one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="work">The work's identity as a single line of JSON.</param>
    /// <param name="done">Called with every step completed earlier.</param>
    /// <exception cref="UsageException">The file can't be used, is in use, or belongs to other work.</exception>
    public static WorkFile Open(string path, string work, Action<JsonElement> done)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            var file = new WorkFile(path, stream);
            var validLength = file.Replay(work, done);
            file.RequireOwn(validLength, work);
            stream.SetLength(validLength);
            stream.Position = validLength;
            if (validLength == 0)
            {
                file.AppendLine(System.Text.Encoding.UTF8.GetBytes(work + "\n"));
            }

            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            stream?.Dispose();
            throw new UsageException($"work file {path}: can't be used: {e.Message}", e);
        }
        catch
        {
            stream?.Dispose();
            throw;
        }
    }

    /// <summary>Appends a step.</summary>
    /// <exception cref="UsageException">The file can't be written.</exception>
    public void Append(Action<Utf8JsonWriter> fields)
    {
        var line = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(line, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        line.Write("\n"u8);
        try
        {
            AppendLine(line.WrittenSpan);
        }
        catch (IOException e)
        {
            throw new UsageException($"work file {path}: can't be written: {e.Message}", e);
        }
    }

    /// <summary>Deletes the file after the work is complete.</summary>
    public void Delete()
    {
        stream.Dispose();
        File.Delete(path);
    }

    /// <inheritdoc/>
    public void Dispose() => stream.Dispose();

    private void AppendLine(ReadOnlySpan<byte> line)
    {
        lock (gate)
        {
            stream.Write(line);
            stream.Flush();
        }
    }

    // Returns the number of bytes in complete lines of this work.
    private long Replay(string work, Action<JsonElement> done)
    {
        var reader = new Records.LineReader(stream);
        long validLength = 0;
        while (reader.Read())
        {
            // A line without its line feed is incomplete.
            var isWhole = reader.Position > validLength + reader.Line.Length;
            if (!isWhole)
            {
                return validLength;
            }

            if (validLength == 0)
            {
                Require(work, System.Text.Encoding.UTF8.GetString(reader.Line.Span));
            }
            else
            {
                ReplayStep(reader, done);
            }

            validLength = reader.Position;
        }

        return validLength;
    }

    private void ReplayStep(Records.LineReader reader, Action<JsonElement> done)
    {
        try
        {
            using var step = JsonDocument.Parse(reader.Line);
            done(step.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new UsageException($"work file {path}:{reader.Number}: is damaged: {e.Message}; delete it to begin again", e);
        }
    }

    // Only an unfinished first line of the same work may be overwritten.
    private void RequireOwn(long validLength, string work)
    {
        var expected = System.Text.Encoding.UTF8.GetBytes(work);
        if (validLength > 0 || stream.Length == 0)
        {
            return;
        }

        var found = new byte[Math.Min(stream.Length, expected.Length + 1)];
        stream.Position = 0;
        stream.ReadExactly(found);
        if (!expected.AsSpan().StartsWith(found))
        {
            throw new UsageException($"work file {path}: is not a work file, and is not overwritten: give another file");
        }
    }

    private void Require(string work, string found)
    {
        if (found != work)
        {
            throw new UsageException(
                $"work file {path}: belongs to other work: other data, models, options or version. Give another file, or delete it. It contains {found}");
        }
    }
}
