using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Converts the content of a message of <c>/v1/responses</c> to that of a chat message.</summary>
internal static class ResponsesContent
{
    /// <summary>Converts a content.</summary>
    /// <exception cref="JsonFieldException">It is neither a string nor a list of parts.</exception>
    public static JsonNode? ToChat(JsonElement content, string path) => content.ValueKind switch
    {
        JsonValueKind.String => content.GetString(),
        JsonValueKind.Array => Parts([.. content.EnumerateArray().Select((part, i) => ToPart(part, $"{path}[{i}]"))]),
        _ => throw JsonFault.Refused(path, content, "a string"),
    };

    // One text is the usual content, which every server takes as a string.
    private static JsonNode Parts(JsonObject[] parts) =>
        parts is [{ } only] && (string?)only["type"] == "text" && only.Count == 2 ? only["text"]!.DeepClone() : new JsonArray([.. parts]);

    private static JsonObject ToPart(JsonElement entry, string path)
    {
        var part = JsonRecord.Read(entry, GatewayJsonContext.Default.ContentPart, path);
        var json = JsonNode.Parse(entry.GetRawText())!.AsObject();
        switch (part.Type)
        {
            case "input_text" or "output_text" or "text":
                return new JsonObject { ["type"] = "text", ["text"] = part.Text ?? throw JsonFault.Missing($"{path}.text", "a string") };
            case "input_image":
                var image = new JsonObject { ["url"] = json["image_url"]?.DeepClone() ?? throw JsonFault.Missing($"{path}.image_url", "a URL") };
                if (json["detail"] is { } detail)
                {
                    image["detail"] = detail.DeepClone();
                }

                return new JsonObject { ["type"] = "image_url", ["image_url"] = image };
            case "input_file":
                json.Remove("type");
                return new JsonObject { ["type"] = "file", ["file"] = json };
            default:
                return json;
        }
    }
}
