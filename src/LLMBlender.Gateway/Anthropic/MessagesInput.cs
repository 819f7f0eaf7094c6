using System.Text.Json;
using System.Text.Json.Nodes;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;
using LLMBlender.Gateway.OpenAI;

namespace LLMBlender.Gateway.Anthropic;

/// <summary>Converts messages with content blocks to chat messages. Used by one request.</summary>
internal sealed class MessagesInput
{
    // Instead of a message of which nothing can be read.
    private const string Unread = "(attachment)";

    private readonly List<ChatTurn> turns = [];
    private readonly SortedSet<string> ignored = new(StringComparer.Ordinal);

    /// <summary>The types of blocks that were ignored.</summary>
    public IReadOnlyCollection<string> Ignored => ignored;

    /// <summary>Returns the turns of a body.</summary>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ChatTurn[] Read(MessagesBody body)
    {
        if (body.System is { } system)
        {
            AddSystem(system, "system");
        }

        for (var i = 0; i < body.Messages.Length; i++)
        {
            Add(body.Messages[i], $"messages[{i}]");
        }

        return turns.Exists(static turn => turn.Role != Conversation.System) ? [.. turns]
            : throw new JsonFieldException("messages", "\"messages\" is empty, and must list at least one message");
    }

    private void Add(MessageBody message, string path)
    {
        if (message.Role == Conversation.System)
        {
            AddSystem(message.Content, $"{path}.content");
        }
        else if (message.Role is not (Conversation.User or Conversation.Assistant))
        {
            throw new JsonFieldException($"{path}.role", $"\"{path}.role\" is \"{message.Role}\", and must be one of user, assistant");
        }
        else if (message.Content.ValueKind is JsonValueKind.String)
        {
            Add(new JsonObject { ["role"] = message.Role, ["content"] = message.Content.GetString() }, path);
        }
        else if (message.Role == Conversation.User)
        {
            AddUser(Blocks(message.Content, $"{path}.content"), path);
        }
        else
        {
            AddAssistant(Blocks(message.Content, $"{path}.content"), path);
        }
    }

    private void AddSystem(JsonElement content, string path)
    {
        var text = content.ValueKind is JsonValueKind.String ? content.GetString() : string.Join('\n', Blocks(content, path).Select(static block => block.Text).OfType<string>());
        if (text!.Length > 0)
        {
            Add(new JsonObject { ["role"] = Conversation.System, ["content"] = text }, path);
        }
    }

    // Results of tools are messages of their own, before the rest.
    private void AddUser(ContentBlock[] blocks, string path)
    {
        foreach (var block in blocks.Where(static block => block.Type == "tool_result"))
        {
            Add(
                new JsonObject
                {
                    ["role"] = Conversation.Tool,
                    ["tool_call_id"] = block.ToolUseId ?? throw JsonFault.Missing($"{path}.content.tool_use_id", "a string"),
                    ["content"] = ResultText(block),
                },
                path);
        }

        JsonObject[] parts = [.. blocks.SelectMany(ResultMedia), .. blocks.Where(static block => block.Type != "tool_result").Select(ToPart).OfType<JsonObject>()];
        if (parts is [{ } only] && (string?)only["type"] == "text")
        {
            Add(new JsonObject { ["role"] = Conversation.User, ["content"] = only["text"]!.DeepClone() }, path);
        }
        else if (parts.Length > 0)
        {
            Add(new JsonObject { ["role"] = Conversation.User, ["content"] = new JsonArray([.. parts]) }, path);
        }
        else if (Array.Exists(blocks, block => ignored.Contains(block.Type)))
        {
            Add(new JsonObject { ["role"] = Conversation.User, ["content"] = Unread }, path);
        }
    }

    private void AddAssistant(ContentBlock[] blocks, string path)
    {
        var text = string.Concat(blocks.Where(static block => block.Type == "text").Select(static block => block.Text));
        var message = new JsonObject { ["role"] = Conversation.Assistant, ["content"] = text };
        if (string.Concat(blocks.Select(static block => block.Thinking)) is { Length: > 0 } thinking)
        {
            message["reasoning_content"] = thinking;
        }

        ignored.UnionWith(blocks.Select(static block => block.Type).Where(static type => type is not ("text" or "thinking" or "redacted_thinking" or "tool_use")));
        JsonNode[] calls = [.. blocks.Where(static block => block.Type == "tool_use").Select(block => ToCall(block, path))];
        if (calls.Length > 0)
        {
            message["tool_calls"] = new JsonArray([.. calls]);
            message["content"] = text.Length > 0 ? text : null;
        }

        Add(message, path);
    }

    private void Add(JsonObject message, string path) => turns.Add(ChatSource.ToTurn(message, path));

    private static ContentBlock[] Blocks(JsonElement content, string path) => content.ValueKind is JsonValueKind.Array
        ? [.. content.EnumerateArray().Select((block, i) => JsonRecord.Read(block, GatewayJsonContext.Default.ContentBlock, $"{path}[{i}]"))]
        : throw JsonFault.Refused(path, content, "a string, or a list of content blocks");

    private static JsonObject ToCall(ContentBlock block, string path) => ChatSource.ToCall(new ToolCall(
        block.Id ?? throw JsonFault.Missing($"{path}.content.id", "a string"),
        block.Name ?? throw JsonFault.Missing($"{path}.content.name", "a string"),
        block.Input?.GetRawText() ?? "{}"));

    private static string ResultText(ContentBlock block) => block.Content switch
    {
        null => "",
        { ValueKind: JsonValueKind.String } text => text.GetString()!,
        { ValueKind: JsonValueKind.Array } parts => string.Join('\n', parts.EnumerateArray()
            .Where(static part => part.ValueKind is JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind is JsonValueKind.String)
            .Select(static part => part.GetProperty("text").GetString())),
        { } other => other.GetRawText(),
    };

    // Chat messages of tools hold text only; images of a result follow as the user's.
    private IEnumerable<JsonObject> ResultMedia(ContentBlock block) => block is { Type: "tool_result", Content: { ValueKind: JsonValueKind.Array } parts }
        ? parts.EnumerateArray().Where(static part => part.ValueKind is JsonValueKind.Object && part.TryGetProperty("type", out var type) && type.ValueKind is JsonValueKind.String && type.ValueEquals("image"))
            .Select(static part => JsonRecord.Read(part, GatewayJsonContext.Default.ContentBlock, "content")).Select(ToPart).OfType<JsonObject>()
        : [];

    private JsonObject? ToPart(ContentBlock block)
    {
        switch (block.Type)
        {
            case "text":
                return new JsonObject { ["type"] = "text", ["text"] = block.Text ?? "" };
            case "image" when Url(block.Source) is { } url:
                return new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = url } };
            case "document" when Text(block.Source) is { } text:
                return new JsonObject { ["type"] = "text", ["text"] = text };
            case "document" when Url(block.Source) is { } data:
                return new JsonObject { ["type"] = "file", ["file"] = new JsonObject { ["filename"] = "document", ["file_data"] = data } };
            case "search_result":
                return new JsonObject { ["type"] = "text", ["text"] = string.Join('\n', new[] { TextOf(block.Other, "title"), Text(block.Source), ResultText(block) }.Where(static line => !string.IsNullOrEmpty(line))) };
            case "thinking" or "redacted_thinking":
                return null;
            default:
                ignored.Add(block.Type);
                return null;
        }
    }

    private static string? Url(JsonElement? source) => Field(source, "type") switch
    {
        "base64" => $"data:{Field(source, "media_type")};base64,{Field(source, "data")}",
        "url" => Field(source, "url"),
        _ => null,
    };

    // The text of a document, or the name of a search result's source.
    private static string? Text(JsonElement? source) =>
        source is { ValueKind: JsonValueKind.String } name ? name.GetString() : Field(source, "type") == "text" ? Field(source, "data") : null;

    private static string? TextOf(Dictionary<string, JsonElement>? fields, string name) =>
        fields?.GetValueOrDefault(name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;

    private static string? Field(JsonElement? source, string name) =>
        source is { ValueKind: JsonValueKind.Object } fields && fields.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;
}
