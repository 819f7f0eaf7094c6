using System.Diagnostics;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace LLMBlender.Local.Telemetry;

/// <summary>
/// Records the messages of a call in its span, only if the environment variable of OpenTelemetry's GenAI convention enables it,
/// because messages may be confidential.
/// </summary>
public static class PromptCapture
{
    /// <summary>The environment variable; <c>true</c> enables capture.</summary>
    public const string Variable = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT";

    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether messages are captured.</summary>
    public static bool IsCaptured { get; set; } = string.Equals(Environment.GetEnvironmentVariable(Variable), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>Adds the messages of a call to its span.</summary>
    public static void CaptureInput(Activity span, IEnumerable<ChatMessage> messages)
    {
        if (IsCaptured)
        {
            span.SetTag("gen_ai.input.messages", Json(messages.Select(static message => (message.Role.Value, message.Text))));
        }
    }

    /// <summary>Adds the answer to the span.</summary>
    public static void CaptureOutput(Activity? span, string? text)
    {
        if (IsCaptured && text is not null)
        {
            span?.SetTag("gen_ai.output.messages", Json([(ChatRole.Assistant.Value, text)]));
        }
    }

    /// <summary>Returns a buffer for a streamed answer; null if it is not captured.</summary>
    public static StringBuilder? CreateBuffer(Activity? span) => IsCaptured && span is not null ? new StringBuilder() : null;

    private static string Json(IEnumerable<(string Role, string Text)> messages)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartArray();
            foreach (var (role, text) in messages)
            {
                json.WriteStartObject();
                json.WriteString("role", role);
                json.WriteStartArray("parts");
                json.WriteStartObject();
                json.WriteString("type", "text");
                json.WriteString("content", text);
                json.WriteEndObject();
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
