using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLMBlender.Local.Backends;

/// <summary>A call's arguments, as JSON text and as the backend's library has them.</summary>
public static class ToolArguments
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Reads a JSON object; null for a text that is none, or whose names are no text.</summary>
    public static Dictionary<string, object?>? Read(string json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return parsed.RootElement.ValueKind is JsonValueKind.Object
                ? parsed.RootElement.EnumerateObject().DistinctBy(static field => field.Name).ToDictionary(static field => field.Name, static field => (object?)field.Value.Clone())
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    /// <summary>Writes them as a JSON object; null where a value in them is no text.</summary>
    public static string? Write(IDictionary<string, object?>? arguments)
    {
        try
        {
            return arguments is null ? "{}" : JsonSerializer.Serialize(arguments, Plain);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
