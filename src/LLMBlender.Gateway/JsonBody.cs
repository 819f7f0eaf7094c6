using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using LLMBlender.Abstractions.Json;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway;

/// <summary>Reads and writes JSON bodies.</summary>
internal static class JsonBody
{
    /// <summary>A chunk of a body whose size is too large.</summary>
    public static readonly ApiError InvalidChunkSize = ApiError.Invalid(null, "the size of a chunk of the body is not a number below 2^31");

    private const int FirstBytes = 16 << 10;

    /// <summary>Whether an exception is Kestrel's for a chunk's size that is no 32-bit number; for other invalid sizes it throws <see cref="BadHttpRequestException"/>.</summary>
    public static bool IsChunkSize(IOException e) => e.InnerException is OverflowException;

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="ApiException">The body is too large, not JSON, or contains invalid Unicode.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static async Task<T> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(context.Request.ContentLength + 1 ?? 0, FirstBytes, 1 << 20));
        try
        {
            var length = 0;
            while (await context.Request.Body.ReadAsync(buffer.AsMemory(length), context.RequestAborted) is var read and > 0)
            {
                length += read;
                if (length == buffer.Length)
                {
                    Grow(ref buffer, length);
                }
            }

            return Parse(WithoutByteOrderMark(buffer.AsMemory(0, length)), type);
        }
        catch (JsonException e)
        {
            throw new ApiException(ApiError.Invalid(null, $"the body is not JSON: {e.Message}"), e);
        }
        catch (BadHttpRequestException e)
        {
            throw new ApiException(
                e.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? ApiError.TooLarge("the body exceeds MaxRequestBytes")
                    : ApiError.Invalid(null, e.Message),
                e);
        }
        catch (IOException e) when (IsChunkSize(e))
        {
            throw new ApiException(InvalidChunkSize, e);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>Writes the response's body.</summary>
    public static async Task WriteAsync<T>(HttpContext context, T body, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, JsonText.WriterOptions);
        JsonSerializer.Serialize(json, body, type);
        await json.FlushAsync(context.RequestAborted);
    }

    private static void Grow(ref byte[] buffer, int length)
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * length);
        buffer.AsSpan(0, length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = larger;
    }

    private static ReadOnlyMemory<byte> WithoutByteOrderMark(ReadOnlyMemory<byte> body) =>
        body.Span.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;

    // Fields that are not deserialized may also contain invalid UTF-8 or half of a surrogate pair.
    private static T Parse<T>(ReadOnlyMemory<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        if (!Utf8.IsValid(body.Span) || body.Span.IndexOf("\\ud"u8) >= 0 || body.Span.IndexOf("\\uD"u8) >= 0)
        {
            using var document = JsonDocument.Parse(body);
            if (FindInvalidText(document.RootElement, "") is { } field)
            {
                throw new ApiException(field.Length == 0
                    ? ApiError.Invalid(null, "the body contains text that is not valid Unicode")
                    : ApiError.Invalid(field, $"\"{field}\" is not valid Unicode: it contains bytes that are not UTF-8, or an escaped half of a surrogate pair"));
            }
        }

        var record = JsonRecord.Read(body, type);
        if (record is IRawBody raw)
        {
            using var document = JsonDocument.Parse(body);
            raw.Source = document.RootElement.Clone();
        }

        return record;
    }

    // Returns the path of the first invalid text, or of the object with an invalid name; null for none.
    private static string? FindInvalidText(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.String => IsText(element.GetString) ? null : path,
        JsonValueKind.Array => element.EnumerateArray().Select((entry, i) => FindInvalidText(entry, $"{path}[{i}]")).FirstOrDefault(static found => found is not null),
        JsonValueKind.Object => element.EnumerateObject().Select(field => IsText(() => field.Name)
            ? FindInvalidText(field.Value, path.Length == 0 ? field.Name : $"{path}.{field.Name}") : path).FirstOrDefault(static found => found is not null),
        _ => null,
    };

    private static bool IsText(Func<string?> read)
    {
        try
        {
            read();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
