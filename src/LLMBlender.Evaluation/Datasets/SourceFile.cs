using System.Text.Json;
using System.Text.Unicode;
using LLMBlender.Records;

namespace LLMBlender.Evaluation.Datasets;

/// <summary>Reads a file of instructions: a JSON array, as used by Alpaca and ShareGPT, or JSON Lines, as used by Dolly.</summary>
internal static class SourceFile
{
    /// <summary>Streams the instructions in the file's order.</summary>
    /// <param name="path">The file.</param>
    /// <param name="standardInput">Standard input, for <c>-</c>.</param>
    /// <param name="refused">Called with the error of each invalid instruction.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="UsageException">The file can't be read.</exception>
    public static async IAsyncEnumerable<SourceInstruction> ReadAsync(
        string path, Stream standardInput, Action<string> refused, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (number, element, problem) in NumberedAsync(path, standardInput, cancellationToken))
        {
            if (problem is not null)
            {
                refused($"{path}:{number}: {problem}");
            }
            else if (Read(element, out var instruction) is { } error)
            {
                refused($"{path}:{number}: {error}");
            }
            else
            {
                yield return instruction!;
            }
        }
    }

    /// <summary>Streams the objects of a JSON array or of JSON Lines, numbered from 1, each with its error if it is not valid JSON.</summary>
    /// <param name="path">The file.</param>
    /// <param name="standardInput">Standard input, for <c>-</c>.</param>
    /// <param name="cancellationToken">Cancels reading.</param>
    /// <exception cref="UsageException">The file can't be read.</exception>
    public static async IAsyncEnumerable<(int Number, JsonElement Element, string? Problem)> NumberedAsync(
        string path, Stream standardInput, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var input = RecordInput.Open(path, standardInput, cancellationToken);
        using var stream = new BufferedStream(input.Stream, 64 << 10);
        var number = 0;
        await foreach (var (element, problem) in ElementsAsync(stream, path, cancellationToken))
        {
            yield return (++number, element, problem);
        }
    }

    private static string? Read(JsonElement element, out SourceInstruction? instruction)
    {
        try
        {
            instruction = SourceInstruction.Read(RecordFields.Of(element));
            return null;
        }
        catch (RecordException e)
        {
            instruction = null;
            return e.Message;
        }
    }

    private static async IAsyncEnumerable<(JsonElement Element, string? Problem)> ElementsAsync(
        BufferedStream stream, string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (first, whole) = Peek(stream, path);
        if (first == '[')
        {
            await using var elements = JsonSerializer.DeserializeAsyncEnumerable<JsonElement>(whole, cancellationToken: cancellationToken).GetAsyncEnumerator(cancellationToken);
            while (await NextAsync(elements, path))
            {
                yield return (elements.Current, null);
            }

            yield break;
        }

        var lines = new LineReader(whole);
        while (lines.Read())
        {
            if (lines.Line.Span.ContainsAnyExcept(" \t\r"u8))
            {
                yield return Parse(lines.Line);
            }
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<JsonElement> elements, string path)
    {
        try
        {
            return await elements.MoveNextAsync();
        }
        catch (JsonException e)
        {
            throw new UsageException($"--from {path}: is not valid JSON: {e.Message}", e);
        }
    }

    private static (JsonElement Element, string? Problem) Parse(ReadOnlyMemory<byte> line)
    {
        if (!Utf8.IsValid(line.Span))
        {
            return (default, "is not UTF-8, and must be");
        }

        try
        {
            using var document = JsonDocument.Parse(line);
            return (document.RootElement.Clone(), null);
        }
        catch (JsonException e)
        {
            return (default, $"is not valid JSON: {e.Message}");
        }
    }

    // Returns the first significant byte, and a stream that still contains it.
    private static (int First, Stream Whole) Peek(BufferedStream stream, string path)
    {
        int first;
        do
        {
            first = stream.ReadByte();
        }
        while (first is ' ' or '\t' or '\r' or '\n' or 0xEF or 0xBB or 0xBF);

        if (first is 0xFF or 0xFE or 0)
        {
            throw new UsageException($"--from {path}: is UTF-16 or UTF-32, and must be UTF-8");
        }

        return first < 0 ? (first, Stream.Null) : (first, new Prefixed((byte)first, stream));
    }

    private sealed class Prefixed(byte first, Stream rest) : Stream
    {
        private bool isRead;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            if (isRead || count == 0)
            {
                return rest.Read(buffer, offset, count);
            }

            isRead = true;
            buffer[offset] = first;
            return 1;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
