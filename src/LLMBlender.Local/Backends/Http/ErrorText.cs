using System.Text;
using System.Text.Json;

namespace LLMBlender.Local.Backends.Http;

/// <summary>What a server says of its error, short enough to be handed on.</summary>
public static class ErrorText
{
    private const int MaxLength = 300;

    /// <summary>The message of an error in the shape of OpenAI, Ollama or FastAPI; else the beginning of the body.</summary>
    public static string Of(ReadOnlySpan<byte> body)
    {
        var text = Find(body) ?? Encoding.UTF8.GetString(body[..Math.Min(body.Length, MaxLength)]);
        text = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length == 0 ? "nothing more" : text.Length <= MaxLength ? text : string.Concat(text.AsSpan(0, MaxLength), "…");
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
