using System.Text;
using System.Text.Json;

namespace LLMBlender.Local.Backends.Http;

/// <summary>Extracts the message of a server's error response, shortened to 300 characters.</summary>
public static class ErrorText
{
    private const int MaxLength = 300;

    /// <summary>Returns the message of an error in the format of OpenAI, Ollama or FastAPI; otherwise the beginning of the body.</summary>
    public static string Of(ReadOnlySpan<byte> body)
    {
        var text = Find(body) ?? Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxLength)]);
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length == 0 ? "no error message" : text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "…");
    }

    private static string? Find(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            using var json = JsonDocument.ParseValue(ref reader);
            return json.RootElement.ValueKind is JsonValueKind.Object ? Find(json.RootElement) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string? Find(JsonElement element)
    {
        foreach (var name in (ReadOnlySpan<string>)["error", "message", "detail"])
        {
            if (element.TryGetProperty(name, out var value))
            {
                return value.ValueKind is JsonValueKind.Object ? Find(value) : value.ToString();
            }
        }

        return null;
    }
}
