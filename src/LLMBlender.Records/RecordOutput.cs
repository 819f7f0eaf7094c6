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
    private readonly OutputFile? file;
    private readonly Stream standardOutput;
    private readonly ArrayBufferWriter<byte> line = new(4096);
    private readonly Utf8JsonWriter json;
    private Stream? stream;

    private RecordOutput(string name, OutputFile? file, Stream standardOutput)
    {
        (this.name, this.file, this.standardOutput) = (name, file, standardOutput);
        json = new Utf8JsonWriter(line, JsonText.WriterOptions);
    }

    /// <summary>
    /// Prepares a file, or standard output for <c>-</c> or null. The file is created or replaced by <see cref="Complete"/>.
    /// </summary>
    /// <param name="to">The file.</param>
    /// <param name="standardOutput">Standard output.</param>
    /// <param name="others">The other files of the run, none of which the output may replace.</param>
    /// <exception cref="UsageException">The path is not a valid file, or is another file of the run.</exception>
    public static RecordOutput At(string? to, Stream standardOutput, params IEnumerable<RunFile> others)
    {
        if (to is null or "-")
        {
            OutputFile.RequireStandardOutput(standardOutput, others);
            return new RecordOutput("stdout", null, standardOutput);
        }

        return new RecordOutput(to, OutputFile.Prepare("--to", to, others), standardOutput);
    }

    /// <summary>Opens the output, and with it creates the file beside the output file. Call it when only records can still fail.</summary>
    /// <exception cref="UsageException">The file can't be created.</exception>
    public void Open() => Guard(() => stream ??= file?.Stream ?? new BufferedStream(standardOutput, 64 << 10));

    /// <summary>Ends the output after its last record, and replaces the output file with it.</summary>
    /// <exception cref="UsageException">The file can't be written.</exception>
    public void Complete()
    {
        Open();
        Flush();
        Guard(() => file?.Complete());
    }

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
            if (file is null)
            {
                stream?.Flush();
            }

            file?.Dispose();
        });
    }

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
