using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>
/// Custom tools of <c>/v1/responses</c>, whose argument is a text. Model servers know functions only, so that a custom tool is a function with
/// the text as its only argument, and its calls are converted back.
/// </summary>
internal static class CustomToolCalls
{
    private const string Argument = "input";

    /// <summary>Creates the function of a custom tool.</summary>
    /// <param name="name">The tool's name.</param>
    /// <param name="description">What it does; null for none.</param>
    /// <param name="format">The format of the text; null for any.</param>
    public static Tool ToFunction(string name, string? description, JsonElement? format)
    {
        var grammar = format is { ValueKind: JsonValueKind.Object } rule && rule.TryGetProperty("definition", out var definition) && definition.ValueKind is JsonValueKind.String
            ? definition.GetString()
            : null;
        var text = new JsonObject { ["type"] = "string", ["description"] = grammar is null ? "The text." : $"The text, in this grammar:\n{grammar}" };
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject { [Argument] = text },
            ["required"] = new JsonArray(Argument),
            ["additionalProperties"] = false,
        };
        return new Tool(name, description, schema.ToJsonString(ChatSource.Plain), null);
    }

    /// <summary>Returns the names of a request's custom tools.</summary>
    public static HashSet<string> Names(JsonElement? tools) => tools is { ValueKind: JsonValueKind.Array } list
        ? [.. list.EnumerateArray().Where(static tool => Text(tool, "type") == ResponsesTools.Custom).Select(static tool => Text(tool, "name")).OfType<string>()]
        : [];

    /// <summary>Returns the arguments of the function for a text.</summary>
    public static string ToArguments(string text) => new JsonObject { [Argument] = text }.ToJsonString(ChatSource.Plain);

    /// <summary>Returns the text in the arguments of a call; arguments in another form are the text.</summary>
    public static string ToText(string arguments)
    {
        try
        {
            using var json = JsonDocument.Parse(arguments);
            return json.RootElement.ValueKind is JsonValueKind.Object && Text(json.RootElement, Argument) is { } text ? text : arguments;
        }
        catch (JsonException)
        {
            return arguments;
        }
    }

    private static string? Text(JsonElement element, string field) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(field, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
