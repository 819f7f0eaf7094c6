using System.Buffers;
using System.Runtime.InteropServices;
using System.Text.Json;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The fields of a chat body that members get unchanged.</summary>
internal static class ForwardedFields
{
    // What the gateway itself does, and what differs between members.
    private static readonly string[] Own =
    [
        "model", "messages", "tools", "stream", "stream_options", "n", "seed", "max_tokens", "max_completion_tokens", "llmblender", "functions", "function_call",
    ];

    private static readonly string[] Logprobs = ["logprobs", "top_logprobs"];

    /// <summary>Returns the fields as a JSON object; null for none.</summary>
    /// <param name="body">The body.</param>
    /// <param name="withLogprobs">Whether the body asks for log probabilities.</param>
    public static string? Read(JsonElement body, bool withLogprobs) => body.ValueKind is JsonValueKind.Object
        ? Write(body.EnumerateObject().Where(field => !Own.Contains(field.Name) && (withLogprobs || !Logprobs.Contains(field.Name)) && field.Value.ValueKind is not JsonValueKind.Null).Select(static field => (field.Name, field.Value)))
        : null;

    /// <summary>Writes fields as a JSON object; null for none. Of fields with the same name, the last one counts.</summary>
    public static string? Write(IEnumerable<(string Name, JsonElement Value)> fields)
    {
        var last = fields.ToLookup(static field => field.Name, static field => field.Value);
        if (last.Count == 0)
        {
            return null;
        }

        var body = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(body, JsonText.WriterOptions);
        json.WriteStartObject();
        foreach (var field in last)
        {
            json.WritePropertyName(field.Key);
            json.WriteRawValue(JsonMarshal.GetRawUtf8Value(field.Last()), skipInputValidation: true);
        }

        json.WriteEndObject();
        json.Flush();
        return System.Text.Encoding.UTF8.GetString(body.WrittenSpan);
    }
}
