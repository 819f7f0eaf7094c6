using System.Buffers;
using System.Text;
using System.Text.Unicode;
using LLMBlender.Abstractions;

namespace LLMBlender.Local.Wire;

/// <summary>
/// Splits a response into frames by its bytes, whatever its content type says: server-sent events, JSON lines, one JSON value on any
/// number of lines, and mixtures of them. Used by one response.
/// </summary>
/// <param name="maxBytes">The maximum length of a frame or line in bytes.</param>
internal sealed class FrameParser(int maxBytes)
{
    private const int MaxStray = 200;

    private readonly ArrayBufferWriter<byte> line = new(1024);
    private readonly ArrayBufferWriter<byte> data = new();
    private readonly Queue<WireFrame> frames = new();
    private JsonBoundary json;
    private JsonBoundary eventJson;
    private string? name;

    /// <summary>The beginning of the first line that is neither JSON nor a field of an event; null for none.</summary>
    public string? Stray { get; private set; }

    /// <summary>Whether all frames so far were valid UTF-8.</summary>
    public bool IsValidText { get; private set; } = true;

    /// <summary>Whether the bytes so far end within a frame.</summary>
    public bool IsWithinFrame => json.IsOpen || data.WrittenCount > 0;

    /// <summary>Adds the next bytes.</summary>
    /// <exception cref="BackendException">A frame is too long.</exception>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            Add(value);
        }
    }

    /// <summary>Ends the response; a last line without a line feed counts.</summary>
    public void Complete()
    {
        if (!json.IsOpen)
        {
            EndLine();
        }
    }

    /// <summary>Takes the next frame.</summary>
    public bool TryTake(out WireFrame frame) => frames.TryDequeue(out frame);

    private void Add(byte value)
    {
        if (json.IsOpen)
        {
            Append(line, value);
            if (json.Read(value))
            {
                Emit(line);
            }
        }
        else if (value is (byte)'\n' or (byte)'\r')
        {
            EndLine();
        }
        else if (line.WrittenCount > 0 || !IsSpace(value))
        {
            Append(line, value);
            if (line.WrittenCount == 1 && data.WrittenCount == 0)
            {
                json.Read(value);
            }
        }
    }

    private void EndLine()
    {
        var text = line.WrittenSpan.TrimEnd(" \t"u8);
        if (text.StartsWith("data:"u8))
        {
            AddData(text["data:"u8.Length..].TrimStart((byte)' '));
        }
        else if (text.StartsWith("event:"u8))
        {
            name = Encoding.UTF8.GetString(text["event:"u8.Length..]).Trim();
        }
        else if (text.IsEmpty)
        {
            EndEvent();
        }
        else if (text[0] is not (byte)':' && !text.StartsWith("id:"u8) && !text.StartsWith("retry:"u8))
        {
            Stray ??= Encoding.UTF8.GetString(text[..Math.Min(text.Length, MaxStray)]);
        }

        line.ResetWrittenCount();
    }

    private void AddData(ReadOnlySpan<byte> value)
    {
        if (data.WrittenCount == 0 && value.SequenceEqual("[DONE]"u8))
        {
            frames.Enqueue(default);
            return;
        }

        if (value.IsEmpty)
        {
            return;
        }

        if (data.WrittenCount > 0)
        {
            data.Write("\n"u8);
        }

        if (data.WrittenCount + value.Length > maxBytes)
        {
            throw TooLong();
        }

        data.Write(value);
        var isWhole = false;
        foreach (var next in value)
        {
            isWhole |= eventJson.Read(next);
        }

        // Some servers do not separate events by an empty line.
        if (isWhole && data.WrittenSpan[0] is (byte)'{' or (byte)'[' && !eventJson.IsOpen)
        {
            Emit(data);
        }
    }

    private void EndEvent()
    {
        if (data.WrittenCount > 0)
        {
            Emit(data);
        }

        name = null;
    }

    private void Emit(ArrayBufferWriter<byte> bytes)
    {
        IsValidText &= Utf8.IsValid(bytes.WrittenSpan);
        frames.Enqueue(bytes.WrittenSpan.SequenceEqual("[DONE]"u8) ? default : new WireFrame(name, bytes.WrittenSpan.ToArray()));
        bytes.ResetWrittenCount();
        (json, eventJson) = (default, default);
    }

    private void Append(ArrayBufferWriter<byte> bytes, byte value)
    {
        if (bytes.WrittenCount >= maxBytes)
        {
            throw TooLong();
        }

        bytes.GetSpan(1)[0] = value;
        bytes.Advance(1);
    }

    // Also the byte order mark.
    private static bool IsSpace(byte value) => value is (byte)' ' or (byte)'\t' or 0xEF or 0xBB or 0xBF;

    private BackendException TooLong() => new(BlendFailureReason.Faulted, $"its answer is longer than {maxBytes} bytes");
}
