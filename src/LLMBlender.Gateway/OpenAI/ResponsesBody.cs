using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using LLMBlender.Abstractions;
using LLMBlender.Abstractions.Json;

namespace LLMBlender.Gateway.OpenAI;

/// <summary>The body of <c>/v1/responses</c>. Nothing is stored.</summary>
internal sealed record ResponsesBody : GenerationBody
{
    private const string InputRule = "a non-empty string, or a list of messages";

    /// <summary>The text to answer, or a conversation.</summary>
    [JsonUnion(InputRule, typeof(string), typeof(ResponsesItem[]))]
    public required JsonElement Input { get; init; }

    /// <summary>The system prompt.</summary>
    public string? Instructions { get; init; }

    /// <summary>The maximum tokens of the answer, at least 1.</summary>
    [Range(1, int.MaxValue)]
    public int? MaxOutputTokens { get; init; }

    /// <summary>The form of the answer.</summary>
    public ResponsesText? Text { get; init; }

    /// <summary>Converts the body to a request.</summary>
    /// <exception cref="ApiException">A parameter is not supported.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ChatRequest ToChat()
    {
        UnsupportedParameters.Responses.Check(Other);
        UnsupportedParameters.Text.Check(Text?.Other, "text.");
        return new ChatRequest
        {
            Model = Model,
            Messages = ReadTurns(),
            Sampling = new Sampling { Temperature = Temperature, TopP = TopP, MaxTokens = MaxOutputTokens },
            Format = Text?.Format?.ToFlatFormat("text.format"),
            FormatName = "text.format",
            Tools = null,
            Count = 1,
            Stream = Stream == true,
            WithUsage = true,
            WithTrace = Own?.Trace == true,
            WithProgress = false,
            Timeout = Own?.Time ?? RequestTime.Default,
        };
    }

    private ChatTurn[] ReadTurns()
    {
        IEnumerable<ChatTurn> turns = Input.ValueKind switch
        {
            JsonValueKind.String => [new ChatTurn(Conversation.User, Input.GetString()!)],
            JsonValueKind.Array => Input.EnumerateArray().Select(static (item, i) =>
                JsonRecord.Read(item, GatewayJsonContext.Default.ResponsesItem, $"input[{i}]").ToTurn($"input[{i}]")),
            _ => throw JsonFault.Refused("input", Input, InputRule),
        };
        ChatTurn[] all =
        [
            .. (Instructions is { } instructions ? turns.Prepend(new ChatTurn(Conversation.System, instructions)) : turns)
                .Where(static turn => !string.IsNullOrWhiteSpace(turn.Text)),
        ];
        return Array.Exists(all, static turn => turn.Role != Conversation.System) ? all
            : throw new JsonFieldException("input", $"\"input\" holds no text, and must be {InputRule}");
    }
}

/// <summary>The form of an answer.</summary>
internal sealed record ResponsesText
{
    /// <summary>The form, as response_format in chat but with the schema's fields beside the type.</summary>
    public ResponseFormatBody? Format { get; init; }

    /// <summary>All other fields, unchanged.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Other { get; set; }
}

/// <summary>A message of a conversation.</summary>
internal sealed record ResponsesItem
{
    /// <summary>The type: message, which is the default.</summary>
    public string? Type { get; init; }

    /// <summary>The role: system, developer, user, assistant.</summary>
    public string? Role { get; init; }

    /// <summary>The text: a string, or a list of parts of type input_text or output_text.</summary>
    [JsonUnion("a string", typeof(string), typeof(ContentPart[]))]
    public JsonElement? Content { get; init; }

    /// <summary>Converts the message.</summary>
    /// <exception cref="ApiException">The item is not a message.</exception>
    /// <exception cref="JsonFieldException">A field is invalid.</exception>
    public ChatTurn ToTurn(string path)
    {
        if (Type is { } type and not "message")
        {
            throw new ApiException(ApiError.Unsupported($"{path}.type", $"\"{path}.type\" is \"{type}\", and only messages are supported"));
        }

        var role = Roles.Read(Role ?? throw JsonFault.Missing($"{path}.role", "a string"), $"{path}.role", "system, developer, user, assistant");
        return new ChatTurn(
            role, ContentPart.ReadText(Content, $"{path}.content", ["input_text", "output_text"]) ?? throw JsonFault.Missing($"{path}.content", "a string"));
    }
}
