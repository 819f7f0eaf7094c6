using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Records;

/// <summary>
/// A file or standard output for records: one JSON object per line, UTF-8 without a byte order mark, unescaped characters,
/// numbers in full precision.
/// </summary>
public sealed class RecordOutput : IDisposable
{
    private readonly string name;
    private readonly Func<Stream> open;
    private readonly bool isFile;
    private readonly ArrayBufferWriter<byte> line = new(4096);
    private readonly Utf8JsonWriter json;
    private Stream? stream;

    private RecordOutput(string name, Func<Stream> open, bool isFile)
    {
        (this.name, this.open, this.isFile) = (name, open, isFile);
        json = new Utf8JsonWriter(line, JsonText.WriterOptions);
    }

    /// <summary>
    /// Prepares a file, or standard output for <c>-</c> or null. The file is created or truncated by <see cref="Open"/> or the
    /// first record.
    /// </summary>
    /// <param name="to">The file.</param>
    /// <param name="from">The input file, which must not be overwritten while it is read.</param>
    /// <param name="standardOutput">Standard output.</param>
    /// <exception cref="UsageException">The path is not a valid file.</exception>
    public static RecordOutput At(string? to, string? from, Stream standardOutput)
    {
        if (to is null or "-")
        {
            return new RecordOutput("stdout", () => new BufferedStream(standardOutput, 64 << 10), isFile: false);
        }

        RefuseUnwritable(to, from);
        return new RecordOutput(
            to, () => new FileStream(to, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 64 << 10), isFile: true);
    }

    /// <summary>Creates the empty file. Call it when only records can still fail.</summary>
    /// <exception cref="UsageException">The file can't be created.</exception>
    public void Open() => Guard(() => stream ??= open());

    /// <summary>Writes an object with the fields that <paramref name="fields"/> writes.</summary>
    /// <exception cref="UsageException">The file can't be written.</exception>
    public void Write(Action<Utf8JsonWriter> fields)
    {
        line.ResetWrittenCount();
        json.Reset(line);
        json.WriteStartObject();
        fields(json);
        json.WriteEndObject();
        json.Flush();
        line.Write("\n"u8);
        Open();
        Guard(() => stream!.Write(line.WrittenSpan));
    }

    /// <summary>Writes an object.</summary>
    /// <exception cref="UsageException">The file can't be written.</exception>
    public void Write<T>(T value, JsonTypeInfo<T> type)
    {
        line.ResetWrittenCount();
        json.Reset(line);
        JsonSerializer.Serialize(json, value, type);
        line.Write("\n"u8);
        Open();
        Guard(() => stream!.Write(line.WrittenSpan));
    }

    /// <summary>Writes <c>{"id":…,"error":…}</c>.</summary>
    public void WriteError(RecordId? id, string error) => Write(new ErrorResult { Id = id, Error = error }, RecordJsonContext.Default.ErrorResult);

    /// <summary>Flushes all written records.</summary>
    /// <exception cref="UsageException">The file can't be written.</exception>
    public void Flush() => Guard(() => stream?.Flush());

    /// <inheritdoc/>
    public void Dispose()
    {
        json.Dispose();
        Guard(() =>
        {
            stream?.Flush();
            if (isFile)
            {
                stream?.Dispose();
            }
        });
    }

    private static void RefuseUnwritable(string to, string? from)
    {
        var path = Path.GetFullPath(to);
        if (Directory.Exists(path))
        {
            throw new UsageException($"--to {to}: is a folder, and must be a file");
        }

        var parent = Path.GetDirectoryName(path);
        if (parent is not null && !Directory.Exists(parent))
        {
            throw new UsageException($"--to {to}: there is no folder {parent} to write it in");
        }

        if (from is not (null or "-") && Target(path) == Target(Path.GetFullPath(from)))
        {
            throw new UsageException($"--to {to}: is the file that --from reads, and must be another");
        }
    }

    private static string Target(string path) =>
        File.Exists(path) ? File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path : path;

    private void Guard(Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"{name}: can't be written: {e.Message}", e);
        }
    }
}
