using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using LLMBlender.Abstractions.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace LLMBlender.Gateway;

/// <summary>
/// A response as server-sent events. It begins with the first event, so that an error before it has its own status, or after the first
/// interval without one: a comment after every such interval prevents proxies from closing an idle connection. Used by one request.
/// </summary>
internal sealed class EventStream(HttpContext context)
{
    /// <summary>The longest interval without an event or comment.</summary>
    public static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long the buffers of a connection may stay full. A client that reads nothing for so long is disconnected, because its answer keeps memory that
    /// other answers wait for.
    /// </summary>
    public static readonly TimeSpan MaxStall = TimeSpan.FromSeconds(30);

    private readonly ArrayBufferWriter<byte> buffer = new(512);
    private readonly TimeProvider timeProvider = context.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System;

    /// <summary>Writes every item of a sequence, with comments while waiting for the next.</summary>
    /// <param name="items">The items.</param>
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
    /// <param name="data">Its data.</param>
    /// <param name="type">The type of its data.</param>
    public Task WriteAsync<T>(string? name, T data, JsonTypeInfo<T> type)
    {
        buffer.ResetWrittenCount();
        if (name is not null)
        {
            buffer.Write("event: "u8);
            buffer.Write(Encoding.UTF8.GetBytes(name));
            buffer.Write("\n"u8);
        }

        buffer.Write("data: "u8);
        using (var json = new Utf8JsonWriter(buffer, JsonText.WriterOptions))
        {
            JsonSerializer.Serialize(json, data, type);
        }

        buffer.Write("\n\n"u8);
        return SendAsync(buffer.WrittenMemory);
    }

    /// <summary>Writes an event whose data is not JSON.</summary>
    public Task WriteAsync(string data) => SendAsync(Encoding.UTF8.GetBytes($"data: {data}\n\n"));

    /// <summary>Writes a stream's events. An exception after the first one is written as the last event if the client is still connected.</summary>
    /// <param name="write">Writes the events.</param>
    /// <param name="fail">Writes the error.</param>
    public async Task RunAsync(Func<Task> write, Func<ApiError, Task> fail)
    {
        try
        {
            await write();
        }
        catch (Exception e) when (e is not OutOfMemoryException && context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            var logger = context.RequestServices.GetRequiredService<ILogger<ApiErrorFilter>>();
            await fail(ApiErrorFilter.ErrorOf(e, context.Request.Path, logger));
        }
    }

    private async ValueTask<bool> NextAsync(ValueTask<bool> next)
    {
        if (next.IsCompleted)
        {
            return await next;
        }

        // The sequence completes when the client disconnects, and this wait with it.
        var pending = next.AsTask();
        while (true)
        {
            await ((Task)pending).WaitAsync(HeartbeatInterval).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    // Without an empty line, which some clients read as an event.
    private Task CommentAsync() => SendAsync(": waiting\n"u8.ToArray());

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        if (!context.Response.HasStarted)
        {
            var headers = context.Response.Headers;
            headers.ContentType = "text/event-stream; charset=utf-8";
            headers.CacheControl = "no-store";
            headers["X-Accel-Buffering"] = "no";
        }

        var sending = FlushAsync(bytes);
        if (!sending.IsCompleted)
        {
            try
            {
                await sending.WaitAsync(MaxStall, timeProvider);
            }
            catch (TimeoutException)
            {
                context.Abort();
            }
        }

        await sending;
    }

    private async Task FlushAsync(ReadOnlyMemory<byte> bytes)
    {
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
