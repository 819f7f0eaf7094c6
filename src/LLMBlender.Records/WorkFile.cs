using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLMBlender.Records;

/// <summary>
/// A journal of long work, so that a run that was killed goes on where it was: a first line that says what work it is, then a line for
/// every step done, each handed to the system at once. A last line that was cut off is as if it had not been written. Safe for
/// concurrent appending.
/// </summary>
public sealed class WorkFile : IDisposable
{
    private readonly string path;
    private readonly FileStream stream;
    private readonly Lock gate = new();

    private WorkFile(string path, FileStream stream) => (this.path, this.stream) = (path, stream);

    /// <summary>Opens a journal, or begins one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="work">What work it is: a single line of JSON.</param>
    /// <param name="done">Told every step that was done before.</param>
    /// <exception cref="UsageException">The file can't be used, is being used, or is of other work.</exception>
    public static WorkFile Open(string path, string work, Action<JsonElement> done)
    {
        FileStream? stream = null;
        try
        {
            stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1);
            var file = new WorkFile(path, stream);
            var sound = file.Replay(work, done);
            stream.SetLength(sound);
            stream.Position = sound;
            if (sound == 0)
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

    /// <summary>Notes a step.</summary>
    /// <exception cref="UsageException">It can't be written.</exception>
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

    /// <summary>Deletes the file: the work is done.</summary>
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

    // How many bytes are whole lines of this work.
    private long Replay(string work, Action<JsonElement> done)
    {
        var reader = new Records.LineReader(stream);
        long sound = 0;
        while (reader.Read())
        {
            // A line without its line feed ends where the next would begin.
            var isWhole = reader.Position > sound + reader.Line.Length;
            if (!isWhole)
            {
                return sound;
            }

            if (sound == 0)
            {
                Require(work, System.Text.Encoding.UTF8.GetString(reader.Line.Span));
            }
            else
            {
                Tell(reader, done);
            }

            sound = reader.Position;
        }

        return sound;
    }

    private void Tell(Records.LineReader reader, Action<JsonElement> done)
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

    private void Require(string work, string found)
    {
        if (found != work)
        {
            throw new UsageException(
                $"work file {path}: is of other work than this: other data, models, options or version. Name another, or delete it. It says {found}");
        }
    }
}
