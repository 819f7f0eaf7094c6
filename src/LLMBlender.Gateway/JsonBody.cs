using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway;

/// <summary>JSON objects in and out.</summary>
internal static class JsonBody
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the request's body.</summary>
    /// <exception cref="RequestException">It is no JSON, or a text in it is no valid Unicode.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext context)
    {
        try
        {
            var body = await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
            CheckTexts(body);
            return body;
        }
        catch (JsonException e)
        {
            throw new RequestException(ApiError.Invalid(null, $"the body is not JSON: {e.Message}"), e);
        }
        catch (BadHttpRequestException e)
        {
            throw new RequestException(
                e.StatusCode == StatusCodes.Status413PayloadTooLarge
                    ? ApiError.TooLarge("the body is larger than the server takes")
                    : ApiError.Invalid(null, e.Message),
                e);
        }
    }

    // What is JSON by its marks may still hold bytes that are no text, or escape half of a surrogate pair.
    private static void CheckTexts(JsonDocument body)
    {
        var raw = JsonMarshal.GetRawUtf8Value(body.RootElement);
        var isPlain = Utf8.IsValid(raw) && raw.IndexOf("\\ud"u8) < 0 && raw.IndexOf("\\uD"u8) < 0;
        if (!isPlain && FindBad(body.RootElement, "") is { } bad)
        {
            body.Dispose();
            throw new RequestException(bad.Length == 0
                ? ApiError.Invalid(null, "the body holds a text that is no valid Unicode")
                : ApiError.Invalid(bad, $"\"{bad}\" is no valid Unicode: it holds other bytes than UTF-8, or escapes half of a surrogate pair"));
        }
    }

    // The path of the first text that can't be read, or of the object one of whose names can't be; null for none.
    private static string? FindBad(JsonElement element, string path) => element.ValueKind switch
    {
        JsonValueKind.String => IsText(element.GetString) ? null : path,
        JsonValueKind.Array => element.EnumerateArray().Select((entry, i) => FindBad(entry, $"{path}[{i}]")).FirstOrDefault(static bad => bad is not null),
        JsonValueKind.Object => element.EnumerateObject().Select(field =>
            IsText(() => field.Name) ? FindBad(field.Value, path.Length == 0 ? field.Name : $"{path}.{field.Name}") : path).FirstOrDefault(static bad => bad is not null),
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

    /// <summary>Writes a list of objects as the response's body.</summary>
    public static async Task WriteListAsync<T>(HttpContext context, IEnumerable<T> items, Action<Utf8JsonWriter, T> fields)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Plain);
        json.WriteStartArray();
        foreach (var item in items)
        {
            json.WriteStartObject();
            fields(json, item);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        await json.FlushAsync(context.RequestAborted);
    }

    /// <summary>Writes an object as the response's body.</summary>
    public static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> fields)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter, Plain);
        json.WriteStartObject();
        fields(json);
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}
