using System.Buffers;
using System.Text;
using System.Text.Json;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Local.Wire;

/// <summary>A block of an answer of Anthropic's messages API, assembled from its parts. Used by one answer.</summary>
/// <param name="start">The block as it begins.</param>
/// <param name="index">Its index; null for none.</param>
/// <param name="isWhole">Whether the block has no further parts.</param>
internal sealed class AnthropicBlock(JsonElement start, long? index, bool isWhole)
{
    private readonly StringBuilder text = new();
    private readonly StringBuilder signature = new();
    private readonly List<JsonElement> citations = [];

    /// <summary>The index.</summary>
    public long? Index => index;

    /// <summary>The type; null for none.</summary>
    public string? Type { get; } = start.Field("type").Text();

    /// <summary>Whether chat completions have no such content.</summary>
    public bool IsForeign => Type is not ("text" or "thinking" or "redacted_thinking" or "tool_use") || citations.Count > 0 || !start.Field("citations").IsBlank();

    /// <summary>Adds a part.</summary>
    public void Add(JsonElement delta)
    {
        text.Append(delta.Field("text").Text() ?? delta.Field("thinking").Text() ?? delta.Field("partial_json").Text());
        signature.Append(delta.Field("signature").Text());
        if (delta.Field("citation") is { } citation)
        {
            citations.Add(citation);
        }
    }

    /// <summary>Returns the block with its parts.</summary>
    public JsonElement ToJson()
    {
        if (isWhole || (text.Length == 0 && signature.Length == 0 && citations.Count == 0))
        {
            return start;
        }

        var body = new ArrayBufferWriter<byte>(256);
        using var json = new Utf8JsonWriter(body, JsonText.WriterOptions);
        json.WriteStartObject();
        foreach (var field in start.EnumerateObject().Where(static field => field.Name is not ("text" or "thinking" or "signature" or "input" or "citations")))
        {
            json.WritePropertyName(field.Name);
            json.WriteRaw(field.Value);
        }

        WriteText(json);
        if (citations.Count > 0)
        {
            json.WriteStartArray("citations");
            citations.ForEach(json.WriteRaw);
            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.Flush();
        return JsonElement.Parse(body.WrittenSpan);
    }

    private void WriteText(Utf8JsonWriter json)
    {
        switch (Type)
        {
            case "text":
                json.WriteText("text", SurrogateJoiner.Valid(start.Field("text").Text() + text));
                break;
            case "thinking":
                json.WriteText("thinking", SurrogateJoiner.Valid(start.Field("thinking").Text() + text));
                json.WriteText("signature", SurrogateJoiner.Valid(start.Field("signature").Text() + signature));
                break;
            default:
                var input = SurrogateJoiner.Valid(text.ToString());
                json.WritePropertyName("input");
                json.WriteRawValue(WireToolCall.IsObject(input) ? input : "{}", skipInputValidation: true);
                break;
        }
    }
}
