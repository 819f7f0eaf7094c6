using System.Text.Json;
using LLMBlender.Abstractions.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>A tool call as a server wrote it: the <see cref="AIContent.RawRepresentation"/> of a <see cref="FunctionCallContent"/>.</summary>
/// <param name="Arguments">The arguments, unchanged; <c>{}</c> for none.</param>
/// <param name="Extra">The call's unknown fields as a JSON object; null for none.</param>
internal sealed record WireToolCall(string Arguments, string? Extra)
{
    private static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false, Encoder = JsonText.WriterOptions.Encoder };

    /// <summary>Returns the arguments of a call as JSON text, unchanged if a server of this namespace wrote it; empty if they are no JSON object.</summary>
    public static string ArgumentsOf(FunctionCallContent call)
    {
        if (call.RawRepresentation is WireToolCall written)
        {
            return IsObject(written.Arguments) ? written.Arguments : "";
        }

        return call.Exception is not null ? "" : call.Arguments is null ? "{}" : Write(call.Arguments);
    }

    /// <summary>Returns whether arguments are a JSON object of valid Unicode.</summary>
    public static bool IsObject(string arguments) => Parse(arguments) is not null && JsonElement.Parse(arguments).IsValidText();

    /// <summary>Creates a call's content.</summary>
    public static FunctionCallContent Create(string id, string name, WireToolCall call)
    {
        var arguments = Parse(call.Arguments);
        return new FunctionCallContent(id, name, arguments)
        {
            RawRepresentation = call,
            Exception = arguments is null ? new JsonException("the arguments are not a JSON object") : null,
        };
    }

    /// <summary>Parses arguments; null if the text is not a JSON object, or a name is not valid Unicode.</summary>
    public static Dictionary<string, object?>? Parse(string json)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json);
            return parsed.RootElement.ValueKind is JsonValueKind.Object
                ? parsed.RootElement.EnumerateObject().DistinctBy(static field => field.Name).ToDictionary(static field => field.Name, static field => (object?)field.Value.Clone())
                : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static string Write(IDictionary<string, object?> arguments)
    {
        try
        {
            return JsonSerializer.Serialize(arguments, Compact);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or NotSupportedException)
        {
            return "";
        }
    }
}
