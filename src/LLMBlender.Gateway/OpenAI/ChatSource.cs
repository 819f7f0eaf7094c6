using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Writes messages of other APIs in the format of OpenAI's chat completions, in which members get them.</summary>
internal static class ChatSource
{
    /// <summary>Writes characters as they are.</summary>
    public static JsonSerializerOptions Plain { get; } = new() { Encoder = JsonText.WriterOptions.Encoder };

    /// <summary>Creates a turn of a message.</summary>
    public static ChatTurn ToTurn(JsonObject message, string path)
    {
        var json = message.ToJsonString(Plain);
        var body = JsonRecord.Read(JsonElement.Parse(json), GatewayJsonContext.Default.ChatMessageBody, path);
        return body.ToTurn(path, json);
    }

    /// <summary>Reads a turn that <see cref="ToTurn(JsonObject, string)"/> created.</summary>
    public static ChatTurn ToTurn(string json) =>
        JsonRecord.Read(JsonElement.Parse(json), GatewayJsonContext.Default.ChatMessageBody).ToTurn("message", json);

    /// <summary>Creates the assistant's message of an answer.</summary>
    public static JsonObject ToMessage(BlendResponse answer)
    {
        var message = new JsonObject { ["role"] = Conversation.Assistant };
        message["content"] = answer.ToolUse is { } use ? (use.Text.Length > 0 ? use.Text : null) : answer.Answer;
        if (answer.Details?.Reasoning is { } reasoning)
        {
            message["reasoning_content"] = reasoning;
        }

        foreach (var (name, value) in ChatMessage.ReadFields(answer.Details?.Fields) ?? [])
        {
            message[name] = JsonNode.Parse(value.GetRawText());
        }

        if (answer.ToolUse is { } calling)
        {
            message["tool_calls"] = new JsonArray([.. calling.Calls.Select(static call => (JsonNode)ToCall(call))]);
        }

        return message;
    }

    /// <summary>Creates a tool call.</summary>
    public static JsonObject ToCall(ToolCall call)
    {
        var json = new JsonObject
        {
            ["id"] = call.Id,
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
        };
        foreach (var (name, value) in ChatMessage.ReadFields(call.Fields) ?? [])
        {
            json[name] = JsonNode.Parse(value.GetRawText());
        }

        return json;
    }

    /// <summary>Creates the declaration of a tool.</summary>
    public static JsonObject ToTool(Tool tool)
    {
        var function = new JsonObject { ["name"] = tool.Name };
        if (tool.Description is { } description)
        {
            function["description"] = description;
        }

        if (tool.Parameters is { } parameters)
        {
            function["parameters"] = JsonNode.Parse(parameters);
        }

        if (tool.Strict is { } strict)
        {
            function["strict"] = strict;
        }

        return new JsonObject { ["type"] = "function", ["function"] = function };
    }
}
