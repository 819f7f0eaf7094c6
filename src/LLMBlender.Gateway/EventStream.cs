using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway;

/// <summary>
/// A response as server-sent events. Its first byte goes out at once and a comment whenever there has been nothing to say for a
/// while, so that nobody on the way takes the wait for a dead connection. Used by one request.
/// </summary>
internal sealed class EventStream(HttpContext context)
{
    /// <summary>How long there may be nothing to say.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly ArrayBufferWriter<byte> buffer = new(512);

    /// <summary>Sends the headers and a first comment.</summary>
    public async Task OpenAsync()
    {
        var headers = context.Response.Headers;
        headers.ContentType = "text/event-stream; charset=utf-8";
        headers.CacheControl = "no-store";
        headers["X-Accel-Buffering"] = "no";
        await CommentAsync();
    }

    /// <summary>Hands every item of a sequence on, with comments while there is none.</summary>
    /// <param name="items">What is to come.</param>
    /// <param name="write">Writes an item.</param>
    public async Task WriteAllAsync<T>(IAsyncEnumerable<T> items, Func<T, Task> write)
    {
        await using var sequence = items.GetAsyncEnumerator(context.RequestAborted);
        while (await NextAsync(sequence.MoveNextAsync()))
        {
            await write(sequence.Current);
        }
    }

    /// <summary>Writes an event.</summary>
    /// <param name="name">Its name; null for none.</param>
    /// <param name="fields">The fields of the object that is its data.</param>
    public Task WriteAsync(string? name, Action<Utf8JsonWriter> fields)
    {
        buffer.ResetWrittenCount();
        if (name is not null)
        {
            buffer.Write("event: "u8);
            buffer.Write(Encoding.UTF8.GetBytes(name));
            buffer.Write("\n"u8);
        }

        buffer.Write("data: "u8);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        buffer.Write("\n\n"u8);
        return SendAsync(buffer.WrittenMemory);
    }

    /// <summary>Writes an event whose data is no object.</summary>
    public Task WriteAsync(string data) => SendAsync(Encoding.UTF8.GetBytes($"data: {data}\n\n"));

    private async ValueTask<bool> NextAsync(ValueTask<bool> next)
    {
        if (next.IsCompleted)
        {
            return await next;
        }

        // Whoever makes the items hears of the caller's leaving, and so this wait always ends.
        var pending = next.AsTask();
        while (true)
        {
            await ((Task)pending).WaitAsync(Silence).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (pending.IsCompleted)
            {
                return await pending;
            }

            if (!context.RequestAborted.IsCancellationRequested)
            {
                await CommentAsync();
            }
        }
    }

    private Task CommentAsync() => SendAsync(": waiting\n\n"u8.ToArray());

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
