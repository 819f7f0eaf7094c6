using System.Text.Encodings.Web;
using System.Text.Json;

namespace LLMBlender.Local.Backends;

/// <summary>Converts a tool call's arguments between JSON text and the dictionaries of Microsoft.Extensions.AI.</summary>
public static class ToolArguments
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Parses a JSON object; null if the text is not a JSON object, or a name is not valid Unicode.</summary>
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

    /// <summary>Serializes arguments as a JSON object; null if a value is not valid Unicode.</summary>
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
