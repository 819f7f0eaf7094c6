using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.AI;

namespace LLMBlender.Abstractions;

/// <summary>Serializes messages with images or reasoning, which <see cref="ChatTurn"/> has no properties for.</summary>
internal static class ChatTurnSource
{
    private static readonly JsonSerializerOptions Plain = new() { Encoder = Json.JsonText.WriterOptions.Encoder };

    /// <summary>Returns the message in the format of OpenAI's chat completions; null if the turn contains all of it.</summary>
    public static string? Create(ChatTurn turn, ChatMessage message)
    {
        var reasoning = string.Concat(message.Contents.OfType<TextReasoningContent>().Select(static content => content.Text));
        if (!turn.HasMedia && reasoning.Length == 0)
        {
            return null;
        }

        var json = new JsonObject { ["role"] = turn.Role, ["content"] = turn.HasMedia ? Parts(message) : turn.Text };
        if (reasoning.Length > 0)
        {
            json["reasoning_content"] = reasoning;
        }

        if (turn.Calls is { } calls)
        {
            json["tool_calls"] = new JsonArray([.. calls.Select(static call => new JsonObject
            {
                ["id"] = call.Id,
                ["type"] = "function",
                ["function"] = new JsonObject { ["name"] = call.Name, ["arguments"] = call.Arguments },
            })]);
        }

        return json.ToJsonString(Plain);
    }

    private static JsonArray Parts(ChatMessage message) =>
    [
        .. message.Contents.Select(static content => content switch
        {
            TextContent text => new JsonObject { ["type"] = "text", ["text"] = text.Text },
            DataContent data => Image(data.Uri),
            UriContent link => Image(link.Uri.OriginalString),
            _ => null,
        }).Where(static part => part is not null),
    ];

    private static JsonObject Image(string url) => new() { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = url } };
}
