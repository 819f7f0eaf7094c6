using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>
/// Converts the older form of tools to the current one, which servers have: <c>functions</c>, <c>function_call</c>, and messages with them. A call
/// has no id in the older form; it gets one. Used by one request.
/// </summary>
internal sealed class LegacyFunctions
{
    /// <summary>The rule for <c>function_call</c>.</summary>
    public const string ChoiceRule = "one of none, auto, or {\"name\"} with the name of a function";

    private const string CallField = "function_call";

    private readonly List<(string Name, string Id)> open = [];
    private int made;

    /// <summary>Reads the functions that answers may call.</summary>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public static ToolOffer Read(ChatBody body)
    {
        if (body.Tools is { Length: > 0 })
        {
            throw new JsonFieldException("functions", "\"functions\" is the older form of \"tools\", and both are given: send one of them");
        }

        var tools = body.Functions!.Select((function, i) => ToolReader.ReadFunction(function, $"functions[{i}]") with
        {
            Source = body.SourceOf("functions", i) is { } source ? $"{{\"type\":\"function\",\"function\":{source}}}" : null,
        }).ToArray();
        ToolReader.CheckNames(tools);
        var (choice, only) = ReadChoice(body.FunctionCall, tools);

        // The answer has place for one call.
        return new ToolOffer(tools) { Choice = choice, Only = only, Parallel = false };
    }

    /// <summary>Converts a message; others than those of the older form are unchanged.</summary>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ChatTurn ToTurn(ChatMessageBody message, string path, string? source)
    {
        if (message is { FunctionCall: { } call, ToolCalls: null or [] })
        {
            var called = call.Name ?? throw JsonFault.Missing($"{path}.{CallField}.name", "a string");
            var id = $"call_{made++}";
            open.Add((called, id));
            return ChatSource.ToTurn(Rewrite(source, message, (CallField, null), ("tool_calls", new JsonArray(ChatSource.ToCall(new ToolCall(id, called, call.Text))))), path);
        }

        if (message.Role == "function")
        {
            var function = message.Other?.GetValueOrDefault("name") is { ValueKind: JsonValueKind.String } name ? name.GetString() : null;
            var at = open.FindIndex(one => one.Name == function);
            var id = at < 0 ? $"call_{made++}" : open[at].Id;
            open.RemoveRange(Math.Max(at, 0), at < 0 ? 0 : 1);
            return ChatSource.ToTurn(Rewrite(source, message, ("role", Conversation.Tool), ("tool_call_id", id)), path);
        }

        return message.ToTurn(path, source);
    }

    private static JsonObject Rewrite(string? source, ChatMessageBody message, params ReadOnlySpan<(string Name, JsonNode? Value)> changes)
    {
        var json = new JsonObject { ["role"] = message.Role, ["content"] = message.Content is { } content ? JsonNode.Parse(content.GetRawText()) : null };
        foreach (var field in source is null ? default : JsonElement.Parse(source).EnumerateObject())
        {
            json[field.Name] = JsonNode.Parse(field.Value.GetRawText());
        }

        foreach (var (name, value) in changes)
        {
            json.Remove(name);
            if (value is not null)
            {
                json[name] = value;
            }
        }

        return json;
    }

    private static (ToolChoice Choice, string? Only) ReadChoice(JsonElement? field, Tool[] tools)
    {
        if (field is not { } choice)
        {
            return (ToolChoice.Auto, null);
        }

        if (choice.ValueKind is JsonValueKind.String)
        {
            return choice.GetString() switch
            {
                "auto" => (ToolChoice.Auto, null),
                "none" => (ToolChoice.None, null),
                _ => throw JsonFault.Refused(CallField, choice, ChoiceRule),
            };
        }

        var name = choice.ValueKind is JsonValueKind.Object ? JsonRecord.Read(choice, GatewayJsonContext.Default.FunctionName, CallField).Name : null;
        return Array.Exists(tools, tool => tool.Name == name) ? (ToolChoice.Required, name) : throw JsonFault.Refused(CallField, choice, ChoiceRule);
    }
}
