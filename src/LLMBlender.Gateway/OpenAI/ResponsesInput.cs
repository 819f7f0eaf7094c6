using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>Converts the items of <c>/v1/responses</c> to messages: the calls after an assistant's message are part of it. Used by one request.</summary>
/// <param name="known">The items of stored responses, by id.</param>
internal sealed class ResponsesInput(IReadOnlyDictionary<string, JsonElement> known)
{
    private readonly List<(JsonObject Message, string Path)> messages = [];
    private readonly SortedSet<string> ignored = new(StringComparer.Ordinal);
    private readonly List<JsonNode> media = [];
    private string? reasoning;

    /// <summary>The types of items that were ignored.</summary>
    public IReadOnlyCollection<string> Ignored => ignored;

    /// <summary>Returns the turns.</summary>
    public ChatTurn[] ToTurns()
    {
        AddMedia("input");
        return [.. messages.Select(static message => ChatSource.ToTurn(message.Message, message.Path))];
    }

    /// <summary>Adds a message with a text.</summary>
    public void Add(string role, string text, string path) => messages.Add((new JsonObject { ["role"] = role, ["content"] = text }, path));

    /// <summary>Adds an item.</summary>
    /// <exception cref="ApiException">The item is not supported.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public void Add(JsonElement entry, string path)
    {
        var item = JsonRecord.Read(entry, GatewayJsonContext.Default.ResponsesItem, path);
        if (item.Type is not ("function_call_output" or "custom_tool_call_output"))
        {
            AddMedia(path);
        }

        switch (item.Type ?? "message")
        {
            case "message":
                AddMessage(item, path);
                break;
            case "function_call":
                AddCall(item, item.Arguments ?? "", path);
                break;
            case "custom_tool_call":
                AddCall(item, CustomToolCalls.ToArguments(item.Input ?? ""), path);
                break;
            case "function_call_output" or "custom_tool_call_output":
                AddOutput(item, path);
                break;
            case "reasoning":
                reasoning = item.Reasoning();
                break;
            case "item_reference":
                AddReference(item, path);
                break;
            default:
                ignored.Add(item.Type!);
                break;
        }
    }

    private void AddMessage(ResponsesItem item, string path)
    {
        var role = item.Role ?? throw JsonFault.Missing($"{path}.role", "a string");
        _ = Roles.Read(role, $"{path}.role", "system, developer, user, assistant");
        var message = new JsonObject { ["role"] = role, ["content"] = ResponsesContent.ToChat(item.Content ?? throw JsonFault.Missing($"{path}.content", "a string"), $"{path}.content") };
        AddReasoning(message, role);
        messages.Add((message, path));
    }

    private void AddCall(ResponsesItem item, string arguments, string path)
    {
        var call = new ToolCall(
            item.CallId ?? item.Id ?? throw JsonFault.Missing($"{path}.call_id", "a string"),
            item.Name ?? throw JsonFault.Missing($"{path}.name", "a string"),
            arguments);
        if (messages.LastOrDefault().Message is not { } last || (string?)last["role"] != Conversation.Assistant)
        {
            last = new JsonObject { ["role"] = Conversation.Assistant, ["content"] = null };
            messages.Add((last, path));
        }

        AddReasoning(last, Conversation.Assistant);
        if (last["tool_calls"] is not JsonArray calls)
        {
            last["tool_calls"] = calls = [];
        }

        calls.Add((JsonNode)ChatSource.ToCall(call));
    }

    private void AddOutput(ResponsesItem item, string path)
    {
        var output = item.Output ?? throw JsonFault.Missing($"{path}.output", "a string");
        messages.Add((
            new JsonObject
            {
                ["role"] = Conversation.Tool,
                ["tool_call_id"] = item.CallId ?? throw JsonFault.Missing($"{path}.call_id", "a string"),
                ["content"] = output.ValueKind is JsonValueKind.Array ? ContentPart.ReadText(output, $"{path}.output") : output.ValueKind is JsonValueKind.String ? output.GetString() : output.GetRawText(),
            },
            path));
        if (ContentPart.HasMedia(output) && ResponsesContent.ToChat(output, $"{path}.output") is JsonArray parts)
        {
            media.AddRange(parts.OfType<JsonObject>().Where(static part => (string?)part["type"] != "text").Select(static part => part.DeepClone()));
        }
    }

    // Chat messages of tools hold text only; images of results follow all of them as the user's.
    private void AddMedia(string path)
    {
        if (media.Count > 0)
        {
            messages.Add((new JsonObject { ["role"] = Conversation.User, ["content"] = new JsonArray([.. media]) }, path));
            media.Clear();
        }
    }

    private void AddReference(ResponsesItem item, string path)
    {
        var id = item.Id ?? throw JsonFault.Missing($"{path}.id", "a string");
        Add(
            known.TryGetValue(id, out var found)
                ? found
                : throw new ApiException(ApiError.Invalid($"{path}.id", $"\"{path}.id\" is \"{id}\", and must be the id of an item of a stored response; it may have expired")),
            path);
    }

    private void AddReasoning(JsonObject message, string role)
    {
        if (reasoning is { Length: > 0 } text && role == Conversation.Assistant)
        {
            message["reasoning_content"] = text;
            reasoning = null;
        }
    }
}
