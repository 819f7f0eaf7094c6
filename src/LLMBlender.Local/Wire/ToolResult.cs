using System.Text.Json;
using LLMBlender.Abstractions.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Wire;

/// <summary>Writes the result of a tool call as text.</summary>
internal static class ToolResult
{
    private static readonly JsonSerializerOptions Compact = new(AIJsonUtilities.DefaultOptions) { WriteIndented = false, Encoder = JsonText.WriterOptions.Encoder };

    /// <summary>Returns a text unchanged, other values as JSON, and the message of an exception.</summary>
    public static string Text(FunctionResultContent content) => content.Result switch
    {
        null => content.Exception is { } e ? $"Error: {e.Message}" : "",
        string text => text,
        var result => JsonSerializer.Serialize(result, Compact.GetTypeInfo(result.GetType())),
    };
}
