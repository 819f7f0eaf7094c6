using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace LLMBlender.Gateway;

/// <summary>JSON objects in and out.</summary>
internal static class JsonBody
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads the request's body.</summary>
    /// <exception cref="RequestException">It is no JSON.</exception>
    public static async Task<JsonDocument> ReadAsync(HttpContext context)
    {
        try
        {
            return await JsonDocument.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted);
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
